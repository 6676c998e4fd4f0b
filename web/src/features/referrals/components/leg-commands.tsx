// The commands that the server allows this caller now: the one that matters most as the main button, the next ones
// beside it, rare ones behind "more". Names are those of the state table.

import { Link, useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import type { Leg, LegRow } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { useLegCommand } from '@/lib/queries/legs';
import { Banner, useProblemText } from '@/ui/banner';
import { Button } from '@/ui/button';
import type { IconName } from '@/ui/icon';
import { toast } from '@/ui/toast';
import { AcceptDialog } from './accept-dialog';
import { AdmitDialog, ArriveDialog, DepartDialog, NoShowDialog, RebookDialog } from './arrival-dialogs';
import { BeforeProvider } from './changed-note';
import { CompleteDialog } from './complete-dialog';
import { DeclineDialog } from './decline-dialog';
import { OutcomeDialog } from './outcome-dialog';
import { RedirectDialog } from './redirect-dialog';
import { ReserveDialog } from './reserve-dialog';
import { WordsDialog } from './words-dialog';

const COMMANDS = [
  { name: 'accept', icon: 'check', rank: 'main' },
  { name: 'arrive', icon: 'building', rank: 'main' },
  { name: 'answer', icon: 'consult', rank: 'main' },
  { name: 'acknowledge', icon: 'checkCircle', rank: 'main' },
  { name: 'acknowledge_decision', icon: 'check', rank: 'main' },
  { name: 'confirm_cancel', icon: 'check', rank: 'main' },
  { name: 'send_outcome', icon: 'send', rank: 'main' },
  { name: 'complete_record', icon: 'edit', rank: 'side' },
  { name: 'depart', icon: 'arrowRight', rank: 'side' },
  { name: 'admit', icon: 'pulse', rank: 'side' },
  { name: 'reserve', icon: 'flag', rank: 'side' },
  { name: 'decline', icon: 'ban', rank: 'side' },
  { name: 'ask', icon: 'question', rank: 'side' },
  { name: 'refuse_cancel', icon: 'close', rank: 'side' },
  { name: 'amend_outcome', icon: 'edit', rank: 'side' },
  { name: 'rebook', icon: 'clock', rank: 'side' },
  { name: 'urge', icon: 'bell', rank: 'side' },
  { name: 'redirect', icon: 'arrowRight', rank: 'more' },
  { name: 'note', icon: 'edit', rank: 'side' },
  { name: 'no_show', icon: 'clock', rank: 'more' },
  { name: 'release', icon: 'close', rank: 'more' },
  { name: 'cancel', icon: 'close', rank: 'more' },
  { name: 'late_note', icon: 'edit', rank: 'more' },
  { name: 'force_close', icon: 'lock', rank: 'more' },
  { name: 'mark_error', icon: 'ban', rank: 'more' },
] as const satisfies readonly { name: string; icon: IconName; rank: 'main' | 'side' | 'more' }[];

export type CommandName = (typeof COMMANDS)[number]['name'];

/** Commands that need nothing said. */
const AT_ONCE: ReadonlySet<string> = new Set([
  'acknowledge',
  'acknowledge_decision',
  'confirm_cancel',
  'urge',
  'release',
]);
/** Commands that need one text, and the name the server gives it. */
const WITH_TEXT: Partial<Record<CommandName, 'text' | 'reason'>> = {
  ask: 'text',
  answer: 'text',
  note: 'text',
  late_note: 'text',
  cancel: 'reason',
  refuse_cancel: 'reason',
  force_close: 'reason',
  mark_error: 'reason',
};
const DANGER: ReadonlySet<string> = new Set(['cancel', 'force_close', 'mark_error']);

export function LegCommands({ leg }: { leg: Leg }) {
  const { t } = useTranslation('referrals');
  const desk = useTranslation('desk');
  const navigate = useNavigate();
  const [open, setOpen] = useState<CommandName | 'back_down' | null>(null);
  const command = useLegCommand(leg.id);
  const before = useRef<LegRow>(leg);
  const problemText = useProblemText();
  const more = useRef<HTMLDetailsElement>(null);
  const allowed = COMMANDS.filter((one) => leg.allowed.includes(one.name));
  const main = allowed.find((one) => one.rank === 'main');
  const beside = allowed.filter((one) => one !== main && one.rank !== 'more');
  const hidden = allowed.filter((one) => one.rank === 'more');

  function send(name: CommandName, body: unknown, after?: () => void) {
    command.mutate(
      { command: name, body, version: leg.version },
      {
        onSuccess: () => {
          setOpen(null);
          toast(t(`done.${name}`));
          after?.();
        },
      },
    );
  }
  /** The outcome says "back down", the server drafts the way home, and the page goes there. */
  function sendBackDown(body: unknown, after?: () => void) {
    command.mutate(
      { command: 'send_outcome', body, version: leg.version },
      {
        onSuccess: (told) => {
          setOpen(null);
          toast(t('done.send_outcome'));
          after?.();
          if (told.follow_up) void navigate({ to: '/referrals/$legId', params: { legId: told.follow_up } });
        },
      },
    );
  }
  function begin(name: CommandName | 'back_down') {
    command.reset();
    before.current = leg;
    if (more.current) more.current.open = false;
    if (AT_ONCE.has(name)) send(name as CommandName, {});
    else setOpen(name);
  }
  const button = (one: (typeof COMMANDS)[number], look: 'primary' | 'secondary' | 'quiet') => (
    <Button
      key={one.name}
      look={DANGER.has(one.name) ? 'danger' : look}
      icon={one.icon}
      busy={command.isPending && open === null && one === main}
      onClick={() => begin(one.name)}
    >
      {t(`command.${one.name}`)}
    </Button>
  );
  if (allowed.length === 0 && !leg.follow_up) return null;
  return (
    <div className="commands">
      {beside.map((one) => button(one, 'secondary'))}
      {leg.allowed.includes('send_outcome') && leg.direction !== 'down' && !leg.external && (
        <Button icon="arrowDown" onClick={() => begin('back_down')}>
          {desk.t('back.button')}
        </Button>
      )}
      {main && button(main, 'primary')}
      {leg.follow_up && (
        <Link to="/referrals/$legId" params={{ legId: leg.follow_up }} className="button button-secondary">
          {t('followUp')}
        </Link>
      )}
      {hidden.length > 0 && (
        <details className="commands-more" ref={more}>
          <summary className="button button-secondary">{t('more')}</summary>
          <div className="commands-menu">{hidden.map((one) => button(one, 'quiet'))}</div>
        </details>
      )}
      {command.error && open === null && <Banner tone="red">{problemText(command.error)}</Banner>}
      <BeforeProvider value={before.current}>
        {open === 'back_down' && (
          <OutcomeDialog
            leg={leg}
            mode="back_down"
            busy={command.isPending}
            error={command.error}
            onClose={() => setOpen(null)}
            onSend={sendBackDown}
          />
        )}
        {open && open !== 'back_down' && (
          <CommandDialog
            name={open}
            leg={leg}
            busy={command.isPending}
            error={command.error}
            onClose={() => setOpen(null)}
            onSend={(body, after) => send(open, body, after)}
          />
        )}
      </BeforeProvider>
    </div>
  );
}

/** What is known of a leg in a list is enough for most dialogs: the board opens them too. */
export interface RowDialogProps {
  leg: LegRow;
  busy: boolean;
  error: unknown;
  onClose: () => void;
  /** `after`: what follows once the server has taken it. */
  onSend: (body: unknown, after?: () => void) => void;
}

export interface CommandDialogProps extends RowDialogProps {
  leg: Leg;
}

function CommandDialog({ name, ...props }: CommandDialogProps & { name: CommandName }) {
  const { t } = useTranslation('referrals');
  const { leg, busy, error, onClose, onSend } = props;
  const field = WITH_TEXT[name];
  if (field) {
    const label = `label.${field}` as const;
    return (
      <WordsDialog
        title={`${t(`command.${name}`)} · ${leg.patient.name}`}
        intro={name === 'answer' ? leg.ask.find((ask) => ask.answer === null)?.text : undefined}
        label={t(label)}
        action={t(`command.${name}`)}
        danger={DANGER.has(name)}
        error={error}
        busy={busy}
        onClose={onClose}
        onSend={(text) => onSend({ [field]: text })}
      />
    );
  }
  switch (name) {
    case 'accept':
      return <AcceptDialog {...props} />;
    case 'decline':
      return <DeclineDialog {...props} />;
    case 'complete_record':
      return <CompleteDialog {...props} />;
    case 'redirect':
      return <RedirectDialog {...props} />;
    case 'reserve':
      return <ReserveDialog {...props} />;
    case 'arrive':
      return <ArriveDialog {...props} />;
    case 'depart':
      return <DepartDialog {...props} />;
    case 'admit':
      return <AdmitDialog {...props} />;
    case 'rebook':
      return <RebookDialog {...props} />;
    case 'no_show':
      return <NoShowDialog {...props} />;
    case 'send_outcome':
    case 'amend_outcome':
      return <OutcomeDialog {...props} mode={name === 'amend_outcome' ? 'amend' : 'send'} />;
    default:
      return null;
  }
}
