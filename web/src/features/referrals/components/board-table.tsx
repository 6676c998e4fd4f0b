import { Link } from '@tanstack/react-router';
import { clock } from '@/lib/clock';
import type { LegRow } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { DirectionMark, LegStatus, LegUrgencyMark } from '@/parts/leg-status';
import { useDutyText } from '@/parts/owed-line';
import { PatientLine } from '@/parts/patient-line';
import { Button } from '@/ui/button';
import { Skeleton } from '@/ui/states';
import { DeadlineClock } from '@/ui/status';
import { Unread } from '@/ui/unread';
import { mayDecide } from '../api/board';

interface Props {
  rows: LegRow[];
  selected: string | null;
  onSelect: (id: string) => void;
  onOpen: (row: LegRow) => void;
  onAccept: (row: LegRow) => void;
  onDecline: (row: LegRow) => void;
}

const COLUMNS = ['state', 'patient', 'complaint', 'from', 'deadline', 'owner', 'actions'] as const;

/** A table with fixed columns on a desk; the same rows as cards on a phone. */
export function BoardTable(props: Props) {
  const { t } = useTranslation('referrals');
  return (
    <table className="board">
      <thead>
        <tr>
          {COLUMNS.map((column) => (
            <th key={column} scope="col" className={`board-${column}`}>
              {column === 'actions' ? (
                <span className="visually-hidden">{t('board.column.actions')}</span>
              ) : (
                t(`board.column.${column}`)
              )}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {props.rows.map((row) => (
          <BoardRow key={row.id} row={row} {...props} />
        ))}
      </tbody>
    </table>
  );
}

function BoardRow({ row, selected, onSelect, onOpen, onAccept, onDecline }: Props & { row: LegRow }) {
  const { t, language } = useTranslation('referrals');
  const duty = useDutyText();
  return (
    <tr
      id={`leg-${row.id}`}
      className={`${row.unread ? 'board-unread' : ''} ${selected === row.id ? 'board-selected' : ''} board-row-${row.urgency}`}
      aria-current={selected === row.id || undefined}
      onClick={() => onSelect(row.id)}
      onDoubleClick={() => onOpen(row)}
    >
      <td className="board-state">
        <LegUrgencyMark urgency={row.urgency} always />
        <LegStatus state={row.state} />
        {row.transport === 'departed' && row.state !== 'arrived' && (
          <span className="small soft board-number">{t('onTheWay')}</span>
        )}
      </td>
      <td className="board-patient">
        {row.unread && <Unread />}
        <Link to="/referrals/$legId" params={{ legId: row.id }} className="board-link">
          <PatientLine patient={row.patient} />
        </Link>
        <span className="soft small tabular board-number">{row.number}</span>
      </td>
      <td className="board-complaint">
        <span className="board-clamp">{row.complaint || t('noComplaint')}</span>
      </td>
      <td className="board-from">
        {row.from.name}
        <span className="soft small board-number">
          <DirectionMark direction={row.direction} />
          {row.to_department && <span> · {row.to_department.name}</span>}
        </span>
      </td>
      <td className="board-deadline">
        {row.owed?.due_at ? (
          <>
            <DeadlineClock due={row.owed.due_at} />
            <span className="soft small board-number">{duty(row.owed.duty)}</span>
          </>
        ) : (
          <span className="soft small tabular">{formatTime(row.updated_at, language, clock.now())}</span>
        )}
      </td>
      <td className="board-owner">{row.owner?.name ?? <span className="soft">—</span>}</td>
      <td className="board-actions">
        {mayDecide(row, 'accept') && (
          <Button look="primary" onClick={() => onAccept(row)}>
            {t('command.accept')}
          </Button>
        )}
        {mayDecide(row, 'decline') && <Button onClick={() => onDecline(row)}>{t('command.decline')}</Button>}
      </td>
    </tr>
  );
}

export function BoardSkeleton() {
  return (
    <div className="board-skeleton">
      {Array.from({ length: 6 }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all the same
        <Skeleton key={i} height={40} />
      ))}
    </div>
  );
}
