import { Link, useSearch } from '@tanstack/react-router';
import { useTranslation } from '@/lib/i18n';
import { SignInForm } from '@/parts/sign-in-form';
import { Door, useEnter } from './door';

export function SignInPage() {
  const { t } = useTranslation('session');
  const { next } = useSearch({ from: '/sign-in' });
  const enter = useEnter(next ?? '/');

  return (
    <Door>
      <h1>{t('signIn')}</h1>
      <p className="soft signin-lead">{t('lead')}</p>
      <SignInForm onSignedIn={enter} />
      <p className="signin-help">
        <Link to="/activate">{t('activate')}</Link>
      </p>
      <p className="small soft signin-help">{t('help')}</p>
    </Door>
  );
}
