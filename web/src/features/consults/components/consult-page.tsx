import { useTranslation } from '@/lib/i18n';

export function ConsultPage() {
  const { t } = useTranslation('consults');
  return (
    <div className="page">
      <h1>{t('title')}</h1>
    </div>
  );
}
