import { expect, it } from 'vitest';
import type { Duty } from '@/lib/contract';
import { mine, mondayOf, weekOf } from './week';

function duty(id: string, starts: string, ends: string, rank: Duty['rank'] = 'duty'): Duty {
  return {
    id,
    version: 1,
    kind: 'hospital',
    organisation: null,
    department: null,
    person: { id: 'me', name: 'me', work_phone: null },
    rank,
    starts_at: starts,
    ends_at: ends,
  };
}

it('begins a week on Monday, also when the day is a Sunday', () => {
  expect(mondayOf('2026-11-23')).toBe('2026-11-23');
  expect(mondayOf('2026-11-29')).toBe('2026-11-23');
});

it('shows a night duty on both of its days, by the clock of China', () => {
  // 20:00 on Monday to 08:00 on Tuesday.
  const night = duty('night', '2026-11-23T12:00:00.000Z', '2026-11-24T00:00:00.000Z');
  const days = weekOf('2026-11-23', [night]).map((one) => one.duties.length);
  expect(days).toEqual([1, 1, 0, 0, 0, 0, 0]);
});

it('puts deputies after those on duty, and the next of mine first', () => {
  const later = duty('later', '2026-11-25T00:00:00.000Z', '2026-11-25T12:00:00.000Z');
  const deputy = duty('deputy', '2026-11-24T00:00:00.000Z', '2026-11-24T12:00:00.000Z', 'deputy');
  const over = duty('over', '2026-11-22T00:00:00.000Z', '2026-11-22T12:00:00.000Z');
  const same = {
    ...duty('same', deputy.starts_at, deputy.ends_at),
    person: { id: 'x', name: 'x', work_phone: null },
  };
  const all = [later, deputy, over, same];
  expect(weekOf('2026-11-23', all)[1]?.duties.map((one) => one.id)).toEqual(['same', 'deputy']);
  expect(mine(all, 'me', Date.parse('2026-11-23T00:00:00Z')).map((one) => one.id)).toEqual([
    'deputy',
    'later',
  ]);
});
