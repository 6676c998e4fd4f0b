// A search of the audit trail as it stands in the address, so that it can be sent to somebody, and as the server is
// asked. Pure.

import type { Day } from '@/lib/contract';
import { fromLocalInput } from '@/lib/format';
import type { AuditFilter } from '@/lib/queries/audit';

export type AuditSearch = Partial<
  Record<
    | 'person'
    | 'patient'
    | 'subject'
    | 'organisation'
    | 'action'
    | 'outcome'
    | 'basis'
    | 'period'
    | 'from'
    | 'until',
    string
  >
>;

export const PERIODS = ['today', 'week', 'month', 'all', 'days'] as const;
export type Period = (typeof PERIODS)[number];

/** Kinds of deeds, each the beginning of its actions. */
export const ACTIONS = [
  'patient.read',
  'patient.revealed',
  'patient',
  'consult',
  'leg',
  'study',
  'room',
  'break_glass',
  'session',
  'person',
  'position',
  'import',
  'access-log',
  'audit',
] as const;
export const OUTCOMES = ['read', 'done', 'denied'] as const;
export const BASES = [
  'care-relationship',
  'consult',
  'referral',
  'break-glass',
  'oversight',
  'role',
  'self',
] as const;

const DAY_MS = 86_400_000;
const DAYS_BACK: Partial<Record<Period, number>> = { today: 0, week: 6, month: 29 };

export function periodOf(search: AuditSearch): Period {
  return PERIODS.find((period) => period === search.period) ?? 'week';
}

const startOf = (day: Day): number => fromLocalInput(`${day}T00:00`);
const time = (ms: number): string => (Number.isNaN(ms) ? '' : new Date(ms).toISOString());

/** From the first moment of a day to the last of another, in the alliance's zone; empty is open. */
function bounds(search: AuditSearch, today: Day): { from: string; until: string } {
  const period = periodOf(search);
  if (period === 'days') {
    return {
      from: search.from ? time(startOf(search.from)) : '',
      until: search.until ? time(startOf(search.until) + DAY_MS) : '',
    };
  }
  const back = DAYS_BACK[period];
  return { from: back === undefined ? '' : time(startOf(today) - back * DAY_MS), until: '' };
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
export const isId = (text: string): boolean => ID.test(text);

/** Whether the server would take it: ids are whole. */
export function isAskable({ person = '', patient = '', organisation = '' }: AuditSearch): boolean {
  return [person, patient, organisation].every((id) => id === '' || isId(id));
}

/** Whether the days are the wrong way round: asked so, the server would truly find nothing. */
export const isBackwards = ({ from, until, ...search }: AuditSearch): boolean =>
  periodOf(search) === 'days' && !!from && !!until && until < from;

export function filterOf(search: AuditSearch, today: Day): AuditFilter {
  const outcome = OUTCOMES.find((known) => known === search.outcome) ?? '';
  return {
    person: search.person ?? '',
    patient: search.patient ?? '',
    subject: search.subject ?? '',
    organisation: search.organisation ?? '',
    // A refusal is written down by its route: no kind of deed would find it.
    action: outcome === 'denied' ? '' : (search.action ?? ''),
    outcome,
    basis: search.basis ?? '',
    ...bounds(search, today),
  };
}

/** Without what is empty, so that the address stays short. */
export function cleaned(search: AuditSearch): AuditSearch {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value));
}
