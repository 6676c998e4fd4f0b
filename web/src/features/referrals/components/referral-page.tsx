import { useTranslation } from '@/lib/i18n';

export function ReferralPage() {
  const { t } = useTranslation('referrals');
  return (
    <div className="page">
      <h1>{t('title')}</h1>
    </div>
  );
}
