// 交班表: every open referral of the desk on paper, with room for a note beside each.

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { LegRow, LegUrgency } from '@/lib/contract';
import { dayOf, formatClock, formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { boardQuery, EVERYTHING } from '@/lib/queries/board';
import { useMe } from '@/lib/session';
import { useDutyText } from '@/parts/owed-line';
import { Loaded } from '@/ui/states';
import { Sheet } from './sheet';

/** A list of more pages is no list to hand over; what is left out is said. */
const PAGES = 5;
const WEIGHT: Record<LegUrgency, number> = { emergency: 0, urgent: 1, routine: 2 };
const COLUMNS = [
  'urgency',
  'patient',
  'from',
  'department',
  'state',
  'owed',
  'deadline',
  'owner',
  'note',
] as const;

export function ShiftPage() {
  const { t, language } = useTranslation('paper');
  const me = useMe();
  const query = useQuery(boardQuery(EVERYTHING, PAGES));
  const [at] = useState(() => clock.now());
  const number = `JB-${`${dayOf(at)}-${formatClock(at, 'en')}`.replace(/[^\d]/g, '')}`;
  return (
    <Loaded query={query}>
      {(list) => (
        <Sheet title={t('shift.title')} number={number} landscape>
          <header className="paper-head">
            <p className="paper-title">
              {me.position.organisation.name} · {t('shift.title')}
            </p>
            <p>{t('shift.asOf', { time: formatTime(clock.now(), language, 0), count: list.items.length })}</p>
          </header>
          {list.next !== null && (
            <p className="paper-warning">{t('shift.more', { count: list.items.length })}</p>
          )}
          <table className="shift">
            <thead>
              <tr>
                {COLUMNS.map((column) => (
                  <th key={column} scope="col" className={`shift-${column}`}>
                    {t(`shift.${column}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {[...list.items].sort(byUrgency).map((row) => (
                <ShiftRow key={row.id} row={row} />
              ))}
            </tbody>
          </table>
          {list.items.length === 0 && <p>{t('shift.none')}</p>}
          <p className="paper-sign">
            <span>{t('shift.fromSign')}</span>
            <span>{t('shift.to')}</span>
            <span>{t('form.signDate')}</span>
          </p>
        </Sheet>
      )}
    </Loaded>
  );
}

/** The server gives them by deadline. */
function byUrgency(a: LegRow, b: LegRow): number {
  return WEIGHT[a.urgency] - WEIGHT[b.urgency];
}

function ShiftRow({ row }: { row: LegRow }) {
  const { t, language } = useTranslation('referrals');
  const common = useTranslation();
  const duty = useDutyText();
  return (
    <tr>
      <td className={row.urgency === 'emergency' ? 'shift-emergency' : undefined}>
        {t(`urgency.${row.urgency}`)}
      </td>
      <td>
        <strong>{row.patient.name}</strong> {common.t(`sex.${row.patient.sex}`)}{' '}
        {row.patient.age !== null && common.t('age', { count: row.patient.age })}
        <br />
        <span className="tabular">{row.number}</span>
        <br />
        {row.complaint}
      </td>
      <td>
        {row.from.name}
        <br />
        {row.sender.name} · {t(`direction.${row.direction}`)}
      </td>
      <td>{row.to_department?.name}</td>
      <td>
        {t(`state.${row.state}`)}
        {row.transport === 'departed' && ` · ${t('onTheWay')}`}
      </td>
      <td>{row.owed && `${row.owed.person?.name ?? row.owed.organisation.name} ${duty(row.owed.duty)}`}</td>
      <td className="tabular">
        {row.owed?.due_at && formatTime(row.owed.due_at, language, clock.now())}
        {row.owed?.due_at && Date.parse(row.owed.due_at) < clock.now() && (
          <strong> {common.t('overdueBy')}</strong>
        )}
      </td>
      <td>{row.owner?.name}</td>
      <td />
    </tr>
  );
}
