// My own account: second factors, password, where I am signed in, and tokens for programs.

import { useTranslation } from '@/lib/i18n';
import { FactorsCard } from './factors-card';
import { PasswordCard } from './password-card';
import { SessionsCard } from './sessions-card';
import { TokensCard } from './tokens-card';
import '../account.css';

export function AccountPage() {
  const { t } = useTranslation('account');
  return (
    <div className="page" style={{ maxWidth: 760 }}>
      <div className="page-head">
        <h1>{t('title')}</h1>
      </div>
      <div className="stack">
        <FactorsCard />
        <PasswordCard />
        <SessionsCard />
        <TokensCard />
      </div>
    </div>
  );
}
