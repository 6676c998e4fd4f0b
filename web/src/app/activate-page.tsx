// 启用账号: from a slip of paper to a name and a password, then through the door with them.

import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ActivateForm } from '@/features/activation/components/activate-form';
import { useTranslation } from '@/lib/i18n';
import { SignInForm } from '@/parts/sign-in-form';
import { Banner } from '@/ui/banner';
import { Door, useEnter } from './door';

export function ActivatePage() {
  const { t } = useTranslation('activation');
  const [login, setLogin] = useState<string | null>(null);
  const enter = useEnter('/');
  return (
    <Door>
      <h1>{t('title')}</h1>
      {login === null ? (
        <>
          <p className="soft signin-lead">{t('lead')}</p>
          <ActivateForm onActivated={setLogin} />
          <p className="signin-help">
            <Link to="/sign-in" search={{}}>
              {t('toSignIn')}
            </Link>
          </p>
        </>
      ) : (
        <>
          <div className="signin-lead">
            <Banner tone="green">{t('done', { login })}</Banner>
          </div>
          <SignInForm login={login} onSignedIn={enter} />
        </>
      )}
    </Door>
  );
}
