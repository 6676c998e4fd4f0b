// What the board shows, in which order, and what it offers: pure, so that a thousand rows and every filter can be tested.

import type { BoardFilter, Leg, LegRow, LegState, LegUrgency } from '@/lib/contract';

export type Group = BoardFilter['group'];

const GROUPS: Record<Exclude<Group, 'open'>, ReadonlySet<LegState>> = {
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

export function inGroup(row: LegRow, group: Group): boolean {
  return group === 'open' ? !GROUPS.done.has(row.state) : GROUPS[group].has(row.state);
}

export interface Eyes {
  personId: string;
  /** The server's time in milliseconds. */
  now: number;
}

/** Whether a filter shows a row. The server narrows the same way; the text it alone can look up in pinyin. */
export function matches(row: LegRow, filter: BoardFilter, eyes: Eyes): boolean {
  const { owed } = row;
  return (
    inGroup(row, filter.group) &&
    (filter.urgency === null || row.urgency === filter.urgency) &&
    (filter.direction === null || row.direction === filter.direction) &&
    (filter.department_id === null || row.to_department?.id === filter.department_id) &&
    (filter.from_organisation_id === null || row.from.id === filter.from_organisation_id) &&
    (!filter.mine || row.owner?.id === eyes.personId) &&
    (!filter.overdue || (owed?.due_at != null && Date.parse(owed.due_at) < eyes.now))
  );
}

/** What is typed, in what stands in the row. */
export function holds(row: LegRow, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return true;
  return [row.patient.name, row.number, row.complaint].some((one) => one.toLowerCase().includes(wanted));
}

export function narrows(filter: BoardFilter): boolean {
  const { urgency, direction, department_id, from_organisation_id, overdue, mine, text } = filter;
  return (
    [urgency, direction, department_id, from_organisation_id].some((one) => one !== null) ||
    overdue ||
    mine ||
    text.trim() !== ''
  );
}

export function sameFilter(a: BoardFilter, b: BoardFilter): boolean {
  return (Object.keys(a) as (keyof BoardFilter)[]).every((key) => a[key] === b[key]);
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

export function countsOf(rows: LegRow[]): Record<Exclude<Group, 'done'>, number> {
  const count = (group: Group) => rows.filter((row) => inGroup(row, group)).length;
  return { waiting: count('waiting'), coming: count('coming'), here: count('here'), open: count('open') };
}

/** Emergencies that nobody here has opened yet: what the board sounds for. */
export function unseenEmergencies(rows: LegRow[]): LegRow[] {
  return rows.filter((row) => row.urgency === 'emergency' && row.state === 'submitted');
}

export const DESK_COMMANDS = [
  'accept',
  'decline',
  'redirect',
  'ask',
  'reserve',
  'release',
  'arrive',
  'no_show',
  'rebook',
  'confirm_cancel',
  'refuse_cancel',
] as const;
export type DeskCommand = (typeof DESK_COMMANDS)[number];

const UNDECIDED: readonly LegState[] = ['submitted', 'received', 'info_requested'];
const TAKEN_IN: Record<DeskCommand, readonly LegState[]> = {
  accept: UNDECIDED,
  decline: UNDECIDED,
  redirect: [...UNDECIDED, 'accepted', 'reserved'],
  ask: ['submitted', 'received'],
  reserve: ['accepted', 'no_show'],
  release: ['reserved'],
  arrive: ['accepted', 'reserved', 'no_show'],
  no_show: ['accepted', 'reserved'],
  rebook: ['no_show'],
  confirm_cancel: ['cancel_requested'],
  refuse_cancel: ['cancel_requested'],
};
/** Beds are the desk's. */
const OF_THE_DESK: ReadonlySet<DeskCommand> = new Set<DeskCommand>(['reserve', 'release', 'no_show']);

/** What the board offers by itself, before the leg is read; the server has the last word. */
export function offers(row: LegRow, command: DeskCommand, isDesk: boolean): boolean {
  if (OF_THE_DESK.has(command) && !isDesk) return false;
  const emergency = row.urgency === 'emergency';
  if (command === 'decline' && emergency) return false;
  if (command === 'arrive' && emergency && UNDECIDED.includes(row.state)) return true;
  return TAKEN_IN[command].includes(row.state);
}

export type Change =
  | { what: 'state'; from: LegState; to: LegState }
  | { what: 'owner'; to: string }
  | { what: 'transport' }
  | { what: 'other' };

/** What somebody else did to a leg between what was on screen and what stands now. */
export function changesBetween(before: LegRow, now: Pick<Leg, 'state' | 'owner' | 'transport'>): Change[] {
  const found: Change[] = [];
  if (before.state !== now.state) found.push({ what: 'state', from: before.state, to: now.state });
  if (now.owner && before.owner?.id !== now.owner.id) found.push({ what: 'owner', to: now.owner.name });
  if (before.transport !== now.transport) found.push({ what: 'transport' });
  return found.length > 0 ? found : [{ what: 'other' }];
}
