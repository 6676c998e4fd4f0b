import { useTranslation } from '@/lib/i18n';

export function NewPatientPage() {
  const { t } = useTranslation('patients');
  return (
    <div className="page">
      <h1>{t('register')}</h1>
    </div>
  );
}
