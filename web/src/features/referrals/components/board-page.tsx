import { useTranslation } from '@/lib/i18n';

export function BoardPage() {
  const { t } = useTranslation('referrals');
  return (
    <div className="page">
      <h1>{t('title')}</h1>
    </div>
  );
}
