// Weeks and days of a roster, in the alliance's zone.

import type { Day, Duty } from '@/lib/contract';
import { dayOf, fromLocalInput } from '@/lib/format';

const DAY_MS = 24 * 3_600_000;

export const dayAfter = (day: Day, days: number): Day =>
  new Date(Date.parse(`${day}T00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** The Monday of the week of a day. */
export function mondayOf(day: Day): Day {
  const weekday = new Date(`${day}T00:00Z`).getUTCDay();
  return dayAfter(day, -((weekday + 6) % 7));
}

export const startOf = (day: Day): number => fromLocalInput(`${day}T00:00`);

export interface DayOfRoster {
  day: Day;
  duties: Duty[];
}

/** Seven days, each with the duties of which a part falls into it: deputies after those on duty. */
export function weekOf(monday: Day, duties: Duty[]): DayOfRoster[] {
  return Array.from({ length: 7 }, (_, at) => {
    const day = dayAfter(monday, at);
    const [from, until] = [startOf(day), startOf(dayAfter(day, 1))];
    return { day, duties: duties.filter((duty) => within(duty, from, until)).sort(inOrder) };
  });
}

/** Which part of a duty falls into a day: all of it, its beginning, its end, or a day in its middle. */
export type Part = 'all' | 'begins' | 'ends' | 'middle';

export function partIn(duty: Duty, day: Day): Part {
  const begins = Date.parse(duty.starts_at) >= startOf(day);
  const ends = Date.parse(duty.ends_at) <= startOf(dayAfter(day, 1));
  if (begins) return ends ? 'all' : 'begins';
  return ends ? 'ends' : 'middle';
}

const within = (duty: Duty, from: number, until: number) =>
  Date.parse(duty.starts_at) < until && Date.parse(duty.ends_at) > from;

const KINDS = ['department', 'hospital', 'alliance'];
const placeOf = (duty: Duty) => `${KINDS.indexOf(duty.kind)} ${duty.department?.name ?? ''}`;
const inOrder = (a: Duty, b: Duty) =>
  placeOf(a).localeCompare(placeOf(b)) ||
  Date.parse(a.starts_at) - Date.parse(b.starts_at) ||
  b.rank.localeCompare(a.rank);

export interface Colleague {
  id: string;
  name: string;
  duties: Duty[];
}

/**
 * With whom a duty may be swapped, and for which of theirs: duties of the same kind and place come first, and so do the
 * colleagues who have them; then by name and by time.
 */
export function swappable(duty: Duty, all: Duty[], me: string, now: number): Colleague[] {
  const isAlike = (other: Duty) => placeOf(other) === placeOf(duty) && other.kind === duty.kind;
  const by = new Map<string, Colleague>();
  const theirs = all
    .filter((other) => other.person.id !== me && Date.parse(other.starts_at) > now)
    .sort(
      (a, b) => Number(isAlike(b)) - Number(isAlike(a)) || Date.parse(a.starts_at) - Date.parse(b.starts_at),
    );
  for (const other of theirs) {
    const { id, name } = other.person;
    const known = by.get(id) ?? { id, name, duties: [] };
    known.duties.push(other);
    by.set(id, known);
  }
  const hasAlike = (one: Colleague) => Number(one.duties.some(isAlike));
  return [...by.values()].sort((a, b) => hasAlike(b) - hasAlike(a) || a.name.localeCompare(b.name, 'zh-CN'));
}

/** Duties of mine that are not over, the next first. */
export function mine(duties: Duty[], me: string, now: number): Duty[] {
  return duties
    .filter((duty) => duty.person.id === me && Date.parse(duty.ends_at) > now)
    .sort((a, b) => Date.parse(a.starts_at) - Date.parse(b.starts_at));
}

export const isToday = (day: Day, now: number): boolean => dayOf(now) === day;
