import { useTranslation } from '@/lib/i18n';

export function NewConsultPage() {
  const { t } = useTranslation('consults');
  return (
    <div className="page">
      <h1>{t('new')}</h1>
    </div>
  );
}
