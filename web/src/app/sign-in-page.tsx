import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Me } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { sessionQuery } from '@/lib/session';
import { SignInForm } from '@/parts/sign-in-form';
import { Icon } from '@/ui/icon';
import { LanguageSwitch } from './language-switch';
import { tellSessionChanged } from './session-sync';

export function SignInPage() {
  const { t } = useTranslation('session');
  const navigate = useNavigate();
  const client = useQueryClient();
  const { next } = useSearch({ from: '/sign-in' });

  function enter(me: Me) {
    client.clear();
    client.setQueryData(sessionQuery.queryKey, me);
    tellSessionChanged();
    void navigate({ to: next ?? '/', replace: true });
  }

  return (
    <div className="signin">
      <aside className="signin-side">
        <div className="signin-mark">
          <Icon name="pulse" size={30} />
        </div>
        <p className="signin-product">{t('product')}</p>
        <p className="signin-claim">{t('claim')}</p>
        <ul className="signin-points">
          {(['pointConsult', 'pointReferral', 'pointTrace'] as const).map((point) => (
            <li key={point}>
              <Icon name="check" /> {t(point)}
            </li>
          ))}
        </ul>
      </aside>
      <main className="signin-main">
        <div className="signin-language">
          <LanguageSwitch />
        </div>
        <div className="signin-box">
          <h1>{t('signIn')}</h1>
          <p className="soft signin-lead">{t('lead')}</p>
          <SignInForm onSignedIn={enter} />
          <p className="small soft signin-help">{t('help')}</p>
        </div>
      </main>
    </div>
  );
}
