// The session is over: signing in again over the page, which keeps what was typed.

import { useQueryClient } from '@tanstack/react-query';
import { useLocation, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import type { Me } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { sessionQuery } from '@/lib/session';
import { SignInForm } from '@/parts/sign-in-form';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';

const OidcDoor = lazy(() => import('@/parts/oidc-door').then((door) => ({ default: door.OidcDoor })));

export function ExpiredDialog({ me, onDone }: { me: Me; onDone: () => void }) {
  const { t } = useTranslation('session');
  const client = useQueryClient();
  const navigate = useNavigate();
  const here = useLocation({ select: (location) => location.href });
  return (
    <Dialog
      title={t('expiredTitle')}
      footer={
        <Button
          look="quiet"
          onClick={() => {
            client.clear();
            void navigate({ to: '/sign-in', search: {}, replace: true });
          }}
        >
          {t('otherPerson')}
        </Button>
      }
    >
      <p className="soft" style={{ marginBottom: 16 }}>
        {t('expiredText')}
      </p>
      <SignInForm
        login={me.person.login}
        onSignedIn={(now) => {
          client.setQueryData(sessionQuery.queryKey, now);
          onDone();
          void client.invalidateQueries();
        }}
      />
      <Suspense fallback={null}>
        <OidcDoor next={here} />
      </Suspense>
    </Dialog>
  );
}
