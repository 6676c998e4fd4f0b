// What may be done now, by the commands that the server allows: answer, resubmit, refer, cancel; decline when invited.

import { useState } from 'react';
import type { Consult } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { useConsultCommand } from '@/lib/queries/consults';
import { DESK, useMe } from '@/lib/session';
import { DeclineConsult } from '@/parts/decline-consult';
import { Banner, useProblemText } from '@/ui/banner';
import { Button, ButtonLink } from '@/ui/button';
import { TextDialog } from '@/ui/text-dialog';
import { toast } from '@/ui/toast';

export function ConsultActions({ consult }: { consult: Consult }) {
  const { t } = useTranslation('consults');
  const [open, setOpen] = useState<'answer' | 'cancel' | 'decline' | null>(null);
  const command = useConsultCommand(consult.id);
  const problemText = useProblemText();
  const may = (name: string) => consult.allowed.includes(name);
  const { role, organisation } = useMe().position;
  // Others read it too, through an emergency access.
  const asked = DESK[role] === 'village' && consult.requester.organisation.id === organisation.id;
  const referred = consult.report?.signed_at && consult.report.disposition === 'refer_up' && asked;

  function send(name: string, body: unknown, said: string) {
    command.mutate(
      { command: name, body, version: consult.version },
      {
        onSuccess: () => {
          setOpen(null);
          toast(said);
        },
      },
    );
  }
  function begin(dialog: 'answer' | 'cancel' | 'decline') {
    command.reset();
    setOpen(dialog);
  }
  return (
    <>
      {referred && (
        <ButtonLink
          to="/referrals/new"
          search={{ patient: consult.patient.id, consult: consult.id }}
          look="primary"
          icon="referral"
        >
          {t('toReferral')}
        </ButtonLink>
      )}
      {may('answer') && (
        <Button look="primary" icon="consult" onClick={() => begin('answer')}>
          {t('answer')}
        </Button>
      )}
      {may('resubmit') && (
        <Button
          look="primary"
          icon="send"
          busy={command.isPending && open === null}
          onClick={() => send('resubmit', {}, t('submitted'))}
        >
          {t('resubmit')}
        </Button>
      )}
      {may('decline') && (
        <Button look="danger" icon="ban" onClick={() => begin('decline')}>
          {t('decline.name')}
        </Button>
      )}
      {may('cancel') && (
        <Button look="danger" icon="close" onClick={() => begin('cancel')}>
          {t('cancel')}
        </Button>
      )}
      {command.error && open === null && <Banner tone="red">{problemText(command.error)}</Banner>}
      {open === 'decline' && (
        <DeclineConsult consult={consult} onDone={() => setOpen(null)} onClose={() => setOpen(null)} />
      )}
      {open === 'answer' && (
        <TextDialog
          title={t('answer')}
          intro={consult.ask.find((ask) => ask.answer === null)?.text}
          label={t('answerLabel')}
          action={t('answerSend')}
          error={command.error}
          busy={command.isPending}
          onClose={() => setOpen(null)}
          onSubmit={(text) => send('answer', { text }, t('answered'))}
        />
      )}
      {open === 'cancel' && (
        <TextDialog
          danger
          title={t('cancelTitle')}
          intro={t('cancelText')}
          label={t('cancelReason')}
          action={t('cancel')}
          error={command.error}
          busy={command.isPending}
          onClose={() => setOpen(null)}
          onSubmit={(reason) => send('cancel', { reason }, t('cancelled'))}
        />
      )}
    </>
  );
}
