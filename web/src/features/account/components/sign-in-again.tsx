import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { useTranslation } from '@/lib/i18n';
import { sessionQuery, useSession } from '@/lib/session';
import { SignInForm } from '@/parts/sign-in-form';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';

const OidcDoor = lazy(() => import('@/parts/oidc-door').then((door) => ({ default: door.OidcDoor })));

/** Before second factors change: an unattended screen is not enough. */
export function SignInAgain({ onDone, onClose }: { onDone: () => void; onClose: () => void }) {
  const { t } = useTranslation('account');
  const common = useTranslation();
  const client = useQueryClient();
  const login = useSession().data?.person.login ?? '';
  return (
    <Dialog
      title={t('again')}
      onClose={onClose}
      footer={
        <Button look="quiet" onClick={onClose}>
          {common.t('cancel')}
        </Button>
      }
    >
      <p className="soft" style={{ marginBottom: 16 }}>
        {t('againText')}
      </p>
      <SignInForm
        login={login}
        onSignedIn={(me) => {
          client.setQueryData(sessionQuery.queryKey, me);
          onDone();
        }}
      />
      <Suspense fallback={null}>
        <OidcDoor next="/account" again />
      </Suspense>
    </Dialog>
  );
}
