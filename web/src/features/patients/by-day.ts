// Entries that are sorted by time, grouped by their day in the alliance's zone. Pure.

import type { Day, Time } from '@/lib/contract';

export function byDay<T extends { at: Time }>(
  entries: T[],
  dayOf: (ms: number) => Day,
): { day: Day; entries: T[] }[] {
  const days: { day: Day; entries: T[] }[] = [];
  for (const entry of entries) {
    const day = dayOf(Date.parse(entry.at));
    const last = days.at(-1);
    if (last?.day === day) last.entries.push(entry);
    else days.push({ day, entries: [entry] });
  }
  return days;
}
