import { useTranslation } from '@/lib/i18n';

export function PatientPage() {
  const { t } = useTranslation('patients');
  return (
    <div className="page">
      <h1>{t('title')}</h1>
    </div>
  );
}
