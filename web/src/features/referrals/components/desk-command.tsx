// One command of the desk on a row, straight from the board: its dialog, and the sending. Who was faster is named.

import { useEffect, useRef } from 'react';
import type { LegRow } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { asProblem } from '@/lib/problem';
import { useLegCommand } from '@/lib/queries/legs';
import { Dialog } from '@/ui/dialog';
import { toast } from '@/ui/toast';
import type { DeskCommand } from '../api/board';
import { AcceptDialog } from './accept-dialog';
import { ArriveDialog, NoShowDialog, RebookDialog } from './arrival-dialogs';
import { BeforeProvider, CommandProblem } from './changed-note';
import { DeclineDialog } from './decline-dialog';
import { RedirectDialog } from './redirect-dialog';
import { ReserveDialog } from './reserve-dialog';
import { WordsDialog } from './words-dialog';

export interface Given {
  name: DeskCommand;
  row: LegRow;
}

export function DeskCommandDialog({ name, row, onClose }: Given & { onClose: () => void }) {
  const { t } = useTranslation('referrals');
  const command = useLegCommand(row.id);
  // What was on screen when the command began: it is decided on that, although the row itself moves on below.
  const before = useRef(row);
  // After a refusal has said what changed, sending again is decided on that.
  const version = useRef(row.version);

  function send(body: unknown) {
    command.mutate(
      { command: name, body, version: version.current },
      {
        onError: (error) => {
          const told = asProblem(error).body.version;
          if (typeof told === 'number') version.current = told;
        },
        onSuccess: () => {
          onClose();
          toast(`${row.patient.name} · ${t(`done.${name}`)}`);
        },
      },
    );
  }
  const props = { busy: command.isPending, error: command.error, onClose, onSend: send };
  return (
    <BeforeProvider value={before.current}>
      <Body name={name} row={row} {...props} />
    </BeforeProvider>
  );
}

interface BodyProps extends Given {
  busy: boolean;
  error: unknown;
  onClose: () => void;
  onSend: (body: unknown) => void;
}

function Body({ name, row, ...props }: BodyProps) {
  const { t } = useTranslation('referrals');
  const who = `${t(`command.${name}`)} · ${row.patient.name}`;
  switch (name) {
    case 'accept':
      return <AcceptDialog leg={row} {...props} />;
    case 'decline':
      return <DeclineDialog leg={row} {...props} />;
    case 'redirect':
      return <RedirectDialog leg={row} {...props} />;
    case 'reserve':
      return <ReserveDialog leg={row} {...props} />;
    case 'arrive':
      return <ArriveDialog leg={row} {...props} />;
    case 'no_show':
      return <NoShowDialog leg={row} {...props} />;
    case 'rebook':
      return <RebookDialog leg={row} {...props} />;
    case 'ask':
      return (
        <WordsDialog
          title={who}
          label={t('label.text')}
          action={t('command.ask')}
          {...props}
          onSend={(text) => props.onSend({ text })}
        />
      );
    case 'refuse_cancel':
      return (
        <WordsDialog
          title={who}
          label={t('label.reason')}
          action={t('command.refuse_cancel')}
          {...props}
          onSend={(reason) => props.onSend({ reason })}
        />
      );
    case 'release':
    case 'confirm_cancel':
      return <AtOnce title={who} {...props} />;
  }
}

/** Needs no words: it is sent as it opens, and stays only to say why not. */
function AtOnce({ title, error, onClose, onSend }: Omit<BodyProps, 'name' | 'row'> & { title: string }) {
  const sent = useRef(false);
  const send = useRef(onSend);
  useEffect(() => {
    if (sent.current) return;
    sent.current = true;
    send.current({});
  }, []);
  if (!error) return null;
  return (
    <Dialog title={title} onClose={onClose}>
      <CommandProblem error={error} />
    </Dialog>
  );
}
