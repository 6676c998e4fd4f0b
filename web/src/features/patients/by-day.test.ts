import { expect, it } from 'vitest';
import { dayOf } from '@/lib/format';
import { byDay } from './by-day';

it('puts an entry of the late evening by UTC into the next day of the county', () => {
  const at = (time: string) => ({ at: time });
  const grouped = byDay(
    [at('2026-11-28T02:00:00.000Z'), at('2026-11-27T16:30:00.000Z'), at('2026-11-27T15:59:59.999Z')],
    dayOf,
  );
  expect(grouped.map(({ day, entries }) => [day, entries.length])).toEqual([
    ['2026-11-28', 2],
    ['2026-11-27', 1],
  ]);
});
