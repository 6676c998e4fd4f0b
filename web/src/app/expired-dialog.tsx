// The session is over: signing in again over the page, which keeps what was typed.

import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { Me } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { sessionQuery } from '@/lib/session';
import { SignInForm } from '@/parts/sign-in-form';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';

export function ExpiredDialog({ me, onDone }: { me: Me; onDone: () => void }) {
  const { t } = useTranslation('session');
  const client = useQueryClient();
  const navigate = useNavigate();
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
    </Dialog>
  );
}
