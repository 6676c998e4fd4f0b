// The rows of the board. Two hundred of them stay cheap: only those near the screen stand in the page (`use-window`), and a row is
// drawn again only when it changed itself.

import { type MouseEvent, memo, useEffect, useRef } from 'react';
import { clock } from '@/lib/clock';
import type { LegRow } from '@/lib/contract';
import { deadline } from '@/lib/deadline';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { useNow } from '@/lib/ticker';
import { DirectionMark, LegStatus, LegUrgencyMark } from '@/parts/leg-status';
import { useDutyText } from '@/parts/owed-line';
import { PatientLine } from '@/parts/patient-line';
import { Button } from '@/ui/button';
import { Icon } from '@/ui/icon';
import { Skeleton } from '@/ui/states';
import { Unread } from '@/ui/unread';
import { DESK_COMMANDS, type DeskCommand, offers } from '../api/board';
import { useWindow } from './use-window';

/** Kept the same by the page, so that rows need not be drawn again. */
export interface RowActs {
  select: (id: string) => void;
  open: (row: LegRow) => void;
  give: (name: DeskCommand, row: LegRow) => void;
  more: (row: LegRow) => void;
}

interface Props {
  rows: LegRow[];
  selected: string | null;
  /** The row to come on screen: another object each time that one is sought. */
  sought: { id: string } | null;
  isDesk: boolean;
  acts: RowActs;
}

const COLUMNS = ['state', 'patient', 'complaint', 'from', 'deadline', 'owner', 'actions'] as const;
/** What the row itself offers as a button, the first that it can; all else stands behind "more". */
const MAIN: readonly DeskCommand[] = ['accept', 'confirm_cancel', 'rebook', 'arrive'];

/** A table with fixed columns on a desk; the same rows as cards on a phone. Roles are said: rows are laid out as grids. */
export function BoardTable({ rows, selected, sought, isDesk, acts }: Props) {
  const { t } = useTranslation('referrals');
  const { list, pieces, reveal } = useWindow(rows.map((row) => row.id));
  useEffect(() => {
    if (sought) reveal(sought.id);
  }, [sought, reveal]);
  return (
    // biome-ignore lint/a11y/noRedundantRoles: a display of its own takes the role of a table away in some browsers
    <table className="board" role="table" aria-rowcount={rows.length + 1}>
      {/* biome-ignore lint/a11y/noRedundantRoles: as above */}
      <thead role="rowgroup">
        {/* biome-ignore lint/a11y/noRedundantRoles: as above */}
        <tr role="row" aria-rowindex={1}>
          {COLUMNS.map((column) => (
            // biome-ignore lint/a11y/noRedundantRoles: as above
            <th key={column} scope="col" role="columnheader" className={`board-${column}`}>
              {column === 'actions' ? (
                <span className="visually-hidden">{t('board.column.actions')}</span>
              ) : (
                t(`board.column.${column}`)
              )}
            </th>
          ))}
        </tr>
      </thead>
      {/* biome-ignore lint/a11y/noRedundantRoles: as above */}
      <tbody role="rowgroup" ref={list}>
        {pieces.map((piece) => {
          if ('room' in piece) {
            return <tr key={piece.at} className="board-room" aria-hidden style={{ height: piece.room }} />;
          }
          const row = rows[piece.row];
          if (!row) return null;
          const isSelected = selected === row.id;
          return (
            <tr
              key={row.id}
              data-row={row.id}
              // biome-ignore lint/a11y/noRedundantRoles: as above
              role="row"
              aria-rowindex={piece.row + 2}
              className={`${row.unread ? 'board-unread' : ''} ${isSelected ? 'board-selected' : ''} board-row-${row.urgency}`}
              aria-current={isSelected || undefined}
              onClick={() => acts.select(row.id)}
              onDoubleClick={() => acts.open(row)}
            >
              <Cells row={row} isDesk={isDesk} acts={acts} />
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

interface CellsProps {
  row: LegRow;
  isDesk: boolean;
  acts: RowActs;
}

/** All of a row but its place and whether it is selected, which change without it. */
const Cells = memo(function Cells({ row, isDesk, acts }: CellsProps) {
  const { t } = useTranslation('referrals');
  const drawn = useRef(0);
  drawn.current += 1;
  const offered = DESK_COMMANDS.filter((name) => offers(row, name, isDesk));
  const main = MAIN.find((name) => offered.includes(name));
  const second = offered.includes('decline') ? 'decline' : null;
  const rest = offered.length > (main ? 1 : 0) + (second ? 1 : 0);
  return (
    <>
      <td className="board-state" data-drawn={drawn.current}>
        <LegUrgencyMark urgency={row.urgency} always />
        <LegStatus state={row.state} />
        {row.transport === 'departed' && row.state !== 'arrived' && (
          <span className="small soft board-number">{t('onTheWay')}</span>
        )}
      </td>
      <td className="board-patient">
        {row.unread && <Unread />}
        {/* Not the router's link, which watches where the page is: in each of the rows it costs more than all else in them. */}
        <a href={`/referrals/${row.id}`} className="board-link" onClick={(event) => follow(event, row, acts)}>
          <PatientLine patient={row.patient} />
        </a>
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
        <Due row={row} />
      </td>
      <td className="board-owner">{row.owner?.name ?? <span className="soft">—</span>}</td>
      <td className="board-actions">
        {main && (
          <Button look="primary" onClick={() => acts.give(main, row)}>
            {t(`command.${main}`)}
          </Button>
        )}
        {second && <Button onClick={() => acts.give(second, row)}>{t(`command.${second}`)}</Button>}
        {rest && (
          <Button
            look="quiet"
            icon="more"
            aria-label={`${t('more')} · ${row.patient.name}`}
            onClick={() => acts.more(row)}
          />
        )}
      </td>
    </>
  );
});

/** Within the page; with a key held down it is the browser's, for another tab. */
function follow(event: MouseEvent, row: LegRow, acts: RowActs) {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  acts.open(row);
}

/** The clock of a row's deadline, with the duty below. */
function Due({ row }: { row: LegRow }) {
  const { t, language } = useTranslation('referrals');
  const common = useTranslation();
  const duty = useDutyText();
  const now = useNow();
  if (!row.owed?.due_at) {
    return (
      <span className="soft small tabular">
        {t('board.changedAt', { time: formatTime(row.updated_at, language, clock.now()) })}
      </span>
    );
  }
  const left = deadline(Date.parse(row.owed.due_at), now);
  const text = left.days > 0 ? common.t('daysAnd', { count: left.days, time: left.text }) : left.text;
  return (
    <span className="board-due">
      <span className={`clock clock-${left.tone}`}>
        <Icon name={left.late ? 'alert' : 'clock'} size={15} />
        <span className="visually-hidden">{common.t(left.late ? 'overdueBy' : 'timeLeft')}</span>
        {left.late ? common.t('overdue', { time: text }) : text}
      </span>
      <span className="soft small board-number">{duty(row.owed.duty)}</span>
    </span>
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
