// What a manager looks over: pure. Knows referrals and consults only by what they owe and until when.

import type { Owed } from '@/lib/contract';

interface Owing {
  owed: Owed | null;
}

/** What is under way is what somebody owes a step in; late is what is due already, the longest overdue first. */
export function lookOver<T extends Owing>(rows: T[], now: number): { running: T[]; late: T[] } {
  const running = rows.filter((row) => row.owed !== null);
  const dueOf = (row: T) => Date.parse(row.owed?.due_at ?? '');
  const late = running.filter((row) => dueOf(row) < now).sort((a, b) => dueOf(a) - dueOf(b));
  return { running, late };
}
