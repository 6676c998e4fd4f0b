// One consult of the worklist; on a phone the same cells stack into a card.
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { clock } from '@/lib/clock';
import type { ConsultRow } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import type { Problem } from '@/lib/problem';
import { useMe } from '@/lib/session';
import { ConsultKind, ConsultStatus, ConsultUrgencyMark } from '@/parts/consult-status';
import { PatientLine } from '@/parts/patient-line';
import { useProblemText } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Icon } from '@/ui/icon';
import { DeadlineClock } from '@/ui/status';
import { Unread } from '@/ui/unread';
import { isEnded, isFree } from '../order';

interface Props {
  row: ConsultRow;
  chosen: boolean;
  busy: boolean;
  refusal: Problem | null;
  onClaim: () => void;
  onChoose: () => void;
}

export function WorklistRow({ row, chosen, busy, refusal, onClaim, onChoose }: Props) {
  const { t } = useTranslation('worklist');
  const { t: tc } = useTranslation('consults');
  const me = useMe();
  const line = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (chosen) line.current?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  const mine = row.assignee?.id === me.person.id;
  const taken = row.assignee && !mine ? row.assignee : null;
  return (
    <tr
      ref={line}
      className={`worklist-row worklist-${row.urgency}`}
      aria-selected={chosen}
      data-testid="worklist-row"
      data-consult={row.id}
      onPointerDown={onChoose}
    >
      <td className="worklist-urgency">
        {row.urgency === 'routine' ? (
          <span className="soft">{tc('urgency.routine')}</span>
        ) : (
          <ConsultUrgencyMark urgency={row.urgency} />
        )}
      </td>
      <td className="worklist-due">{row.owed?.due_at ? <DeadlineClock due={row.owed.due_at} /> : '—'}</td>
      <td className="worklist-patient">
        <Link
          to="/consults/$consultId/read"
          params={{ consultId: row.id }}
          className="worklist-link"
          data-testid="worklist-open"
        >
          {row.unread && <Unread />}
          <PatientLine patient={row.patient} />
        </Link>
      </td>
      <td className="worklist-question">
        <span>{row.question}</span>
        <ConsultKind type={row.type} />
      </td>
      <td className="worklist-from">
        {row.requester.name}
        <small>{row.requester.organisation.name}</small>
      </td>
      <td className="worklist-state">
        <ConsultStatus state={row.state} />
        {taken && (
          <small className="worklist-taken">
            <Icon name="person" size={14} />
            {t('takenBy', { name: taken.name })}
          </small>
        )}
      </td>
      <td className="worklist-do">
        {isFree(row) ? (
          <Button look="primary" busy={busy} data-testid="worklist-claim" onClick={onClaim}>
            {t('claim')}
          </Button>
        ) : mine ? (
          <Link
            to="/consults/$consultId/read"
            params={{ consultId: row.id }}
            className="button button-secondary"
          >
            {isEnded(row) ? t('look') : t('goOn')}
          </Link>
        ) : null}
        {refusal && <Refusal problem={refusal} />}
      </td>
    </tr>
  );
}

/** Who was first, by name and time, where the server says so. */
function Refusal({ problem }: { problem: Problem }) {
  const { t, language } = useTranslation('worklist');
  const text = useProblemText();
  const by = problem.body.by as { name?: string } | undefined;
  const at = problem.body.at;
  const time = typeof at === 'string' ? formatTime(at, language, clock.now()) : '';
  return (
    <p className="worklist-refused" role="alert" data-testid="worklist-refused">
      {problem.code === 'consult.claimed-by-other' && by?.name
        ? t('claimedBy', { name: by.name, time })
        : text(problem)}
    </p>
  );
}
