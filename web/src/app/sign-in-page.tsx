import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { loadAllTexts, useTranslation } from '@/lib/i18n';
import { SignInForm } from '@/parts/sign-in-form';
import { Door, useEnter } from './door';

// The first screen does not carry them: most installations have no identity provider.
const oidc = () => Promise.all([import('./oidc-door'), loadAllTexts()]).then(([door]) => door);
const OidcDoor = lazy(() =>
  Promise.all([import('@/parts/oidc-door'), loadAllTexts()]).then(([door]) => ({ default: door.OidcDoor })),
);
const OidcRefused = lazy(() => oidc().then((door) => ({ default: door.OidcRefused })));
const OidcSecondStep = lazy(() => oidc().then((door) => ({ default: door.OidcSecondStep })));

export function SignInPage() {
  const { t } = useTranslation('session');
  const navigate = useNavigate();
  const { next, refused, step } = useSearch({ from: '/sign-in' });
  const enter = useEnter(next ?? '/');

  function again(code: string | null) {
    const search = { ...(next && { next }), ...(code && { refused: code }) };
    void navigate({ to: '/sign-in', search, replace: true });
  }

  return (
    <Door>
      <h1>{t('signIn')}</h1>
      <p className="soft signin-lead">{t('lead')}</p>
      <Suspense fallback={null}>{refused && <OidcRefused code={refused} />}</Suspense>
      {step ? (
        <Suspense fallback={null}>
          <OidcSecondStep onSignedIn={enter} onAgain={again} />
        </Suspense>
      ) : (
        <>
          <SignInForm onSignedIn={enter} />
          <Suspense fallback={null}>
            <OidcDoor next={next} />
          </Suspense>
        </>
      )}
      <p className="signin-help">
        <Link to="/activate">{t('activate')}</Link>
      </p>
      <p className="small soft signin-help">{t('help')}</p>
    </Door>
  );
}
