import { useTranslation } from '@/lib/i18n';

export function NewReferralPage() {
  const { t } = useTranslation('referrals');
  return (
    <div className="page">
      <h1>{t('new')}</h1>
    </div>
  );
}
