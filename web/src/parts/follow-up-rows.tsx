// Follow-ups as rows: who, what, until when, what came of it, and the commands that the server allows this caller.

import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { FollowUp, FollowUpState } from '@/lib/contract';
import { dayOf, formatDay, formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { Button } from '@/ui/button';
import type { IconName } from '@/ui/icon';
import { Status } from '@/ui/status';
import { type FollowUpCommand, FollowUpDialog } from './follow-up-dialogs';
import { PatientLine } from './patient-line';
import './follow-up.css';

const LOOKS: Record<FollowUpState, { tone: 'blue' | 'green' | 'amber' | 'gray'; icon: IconName }> = {
  planned: { tone: 'blue', icon: 'calendar' },
  done: { tone: 'green', icon: 'checkCircle' },
  not_reached: { tone: 'amber', icon: 'phone' },
  cancelled: { tone: 'gray', icon: 'ban' },
};
const COMMANDS: FollowUpCommand[] = ['done', 'not_reached', 'reschedule', 'cancel'];

/** `about`: what the list is already about, and need not be said in each row. */
export function FollowUpRows({ rows, about }: { rows: FollowUp[]; about: 'leg' | 'patient' | 'nothing' }) {
  const [open, setOpen] = useState<{ command: FollowUpCommand; one: FollowUp } | null>(null);
  return (
    <>
      <ul className="rows">
        {rows.map((one) => (
          <li key={one.id} className="rows-item follow-up">
            <Row one={one} about={about} onCommand={(command) => setOpen({ command, one })} />
          </li>
        ))}
      </ul>
      {open && <FollowUpDialog command={open.command} one={open.one} onClose={() => setOpen(null)} />}
    </>
  );
}

function Row({
  one,
  about,
  onCommand,
}: {
  one: FollowUp;
  about: 'leg' | 'patient' | 'nothing';
  onCommand: (command: FollowUpCommand) => void;
}) {
  const { t } = useTranslation('followUp');
  const look = LOOKS[one.state];
  const allowed = COMMANDS.filter((command) => one.allowed.includes(command));
  return (
    <>
      <div className="spread">
        {about === 'nothing' ? (
          <Link to="/referrals/$legId" params={{ legId: one.leg_id }} className="follow-up-who">
            <PatientLine patient={one.patient} />
          </Link>
        ) : (
          <Due one={one} />
        )}
        <Status tone={one.overdue ? 'red' : look.tone} icon={one.overdue ? 'alert' : look.icon}>
          {one.overdue ? t('tab.overdue') : t(`state.${one.state}`)}
        </Status>
      </div>
      {about === 'nothing' && <Due one={one} />}
      <p className="prewrap">{one.task}</p>
      <p className="soft small">
        {one.diagnosis && `${one.diagnosis} · `}
        {t('owes', { name: one.organisation.name })}
      </p>
      <Result one={one} />
      {allowed.length > 0 && (
        <div className="follow-up-commands">
          {allowed.map((command) => (
            <Button
              key={command}
              look={command === 'done' ? 'primary' : 'secondary'}
              icon={command === 'done' ? 'check' : undefined}
              onClick={() => onCommand(command)}
            >
              {t(`command.${command}`)}
            </Button>
          ))}
        </div>
      )}
    </>
  );
}

function Due({ one }: { one: FollowUp }) {
  const { t, language } = useTranslation('followUp');
  const day = formatDay(one.due_on, language);
  if (one.overdue) return <p className="follow-up-late tabular">{t('overdueSince', { day })}</p>;
  if (one.state === 'planned' && one.due_on === dayOf(clock.now())) {
    return <p className="follow-up-now">{t('today')}</p>;
  }
  return <p className="soft tabular">{t('dueOn', { day })}</p>;
}

function Result({ one }: { one: FollowUp }) {
  const { t, language } = useTranslation('followUp');
  const { result } = one;
  const measured = [
    result?.systolic && t('result.bp', { systolic: result.systolic, diastolic: result.diastolic }),
    result?.glucose && t('result.sugar', { glucose: result.glucose }),
  ].filter(Boolean);
  const time = (at: string) => formatTime(at, language, clock.now());
  return (
    <>
      {measured.length > 0 && <p className="follow-up-measured tabular">{measured.join(' · ')}</p>}
      {result?.text && <p className="prewrap">{result.text}</p>}
      {one.attempts.map((attempt) => (
        <p className="small" key={attempt.at + attempt.note}>
          {t('attempt', { time: time(attempt.at), note: attempt.note })}
        </p>
      ))}
      {one.reason && <p className="small prewrap">{one.reason}</p>}
      {one.ended_by && one.ended_at && (
        <p className="soft small">{t('by', { name: one.ended_by.name, time: time(one.ended_at) })}</p>
      )}
    </>
  );
}
