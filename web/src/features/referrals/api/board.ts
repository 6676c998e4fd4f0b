// What the board shows, in which order: pure, so that a thousand rows and every filter can be tested.

import type { LegRow, LegState, LegUrgency } from '@/lib/contract';

export type BoardFilter = 'waiting' | 'coming' | 'here' | 'done' | 'mine' | 'all';

const GROUPS: Record<Exclude<BoardFilter, 'mine' | 'all'>, ReadonlySet<LegState>> = {
  waiting: new Set<LegState>(['submitted', 'received', 'info_requested', 'cancel_requested']),
  coming: new Set<LegState>(['accepted', 'reserved', 'no_show']),
  here: new Set<LegState>(['arrived', 'in_care']),
  done: new Set<LegState>([
    'outcome_sent',
    'closed',
    'declined',
    'redirected',
    'cancelled',
    'entered_in_error',
  ]),
};

export function matches(row: LegRow, filter: BoardFilter, personId: string): boolean {
  if (filter === 'all') return true;
  if (filter === 'mine') return row.owner?.id === personId && !GROUPS.done.has(row.state);
  return GROUPS[filter].has(row.state);
}

const WEIGHT: Record<LegUrgency, number> = { emergency: 0, urgent: 1, routine: 2 };

/** Emergencies first, then by deadline; what has none comes last, the newest first. */
export function compare(a: LegRow, b: LegRow): number {
  const aDone = GROUPS.done.has(a.state) ? 1 : 0;
  const bDone = GROUPS.done.has(b.state) ? 1 : 0;
  if (aDone !== bDone) return aDone - bDone;
  if (!aDone && WEIGHT[a.urgency] !== WEIGHT[b.urgency]) return WEIGHT[a.urgency] - WEIGHT[b.urgency];
  const aDue = a.owed?.due_at ?? null;
  const bDue = b.owed?.due_at ?? null;
  if (aDue !== bDue) {
    if (aDue === null) return 1;
    if (bDue === null) return -1;
    return aDue < bDue ? -1 : 1;
  }
  return a.updated_at < b.updated_at ? 1 : -1;
}

/**
 * The rows in a settled order: while someone works on the board (`frozen` holds the ids as shown), known rows keep
 * their place and new ones wait, so that nothing moves under the pointer.
 */
export function arrange(
  rows: LegRow[],
  frozen: readonly string[] | null,
): { shown: LegRow[]; waiting: number } {
  if (frozen === null) return { shown: [...rows].sort(compare), waiting: 0 };
  const byId = new Map(rows.map((row) => [row.id, row]));
  const shown = frozen.map((id) => byId.get(id)).filter((row): row is LegRow => row !== undefined);
  return { shown, waiting: rows.length - shown.length };
}

export function countsOf(rows: LegRow[], personId: string): Record<BoardFilter, number> {
  const count = (filter: BoardFilter) => rows.filter((row) => matches(row, filter, personId)).length;
  return {
    waiting: count('waiting'),
    coming: count('coming'),
    here: count('here'),
    done: count('done'),
    mine: count('mine'),
    all: rows.length,
  };
}

/** What the board offers by itself; the server has the last word. An emergency cannot be declined. */
export function mayDecide(row: LegRow, name: 'accept' | 'decline'): boolean {
  const open = row.state === 'submitted' || row.state === 'received' || row.state === 'info_requested';
  return open && (name === 'accept' || row.urgency !== 'emergency');
}
