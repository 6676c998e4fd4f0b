import { useTranslation } from 'react-i18next';

export function ConsultPage() {
  const { t } = useTranslation('consults');
  return (
    <div className="page">
      <h1>{t('title')}</h1>
    </div>
  );
}
