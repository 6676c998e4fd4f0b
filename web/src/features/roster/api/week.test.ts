import { expect, it } from 'vitest';
import type { Duty } from '@/lib/contract';
import { mine, mondayOf, partIn, swappable, weekOf } from './week';

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

it('says of a night on each of its two days only what falls into it', () => {
  const night = duty('night', '2026-11-23T12:00:00.000Z', '2026-11-24T00:00:00.000Z');
  expect([partIn(night, '2026-11-23'), partIn(night, '2026-11-24')]).toEqual(['begins', 'ends']);
  const day = duty('day', '2026-11-23T00:00:00.000Z', '2026-11-23T16:00:00.000Z');
  expect(partIn(day, '2026-11-23')).toBe('all');
  const long = duty('long', '2026-11-22T00:00:00.000Z', '2026-11-25T00:00:00.000Z');
  expect(partIn(long, '2026-11-24')).toBe('middle');
});

it('offers colleagues of the same kind and place first, each with their own duties, and neither mine nor what began', () => {
  const of = (id: string, name: string, starts: string, kind: Duty['kind'], department: string | null) => ({
    ...duty(id, starts, '2026-12-01T00:00:00.000Z'),
    kind,
    department: department === null ? null : { id: department, name: department },
    person: { id: name, name, work_phone: null },
  });
  const offered = of('offered', 'me', '2026-11-25T00:00:00.000Z', 'department', '急诊科');
  const all = [
    of('hospital', '李四', '2026-11-25T00:00:00.000Z', 'hospital', null),
    of('elsewhere', '王五', '2026-11-25T00:00:00.000Z', 'department', '内科'),
    of('late', '王五', '2026-11-27T00:00:00.000Z', 'department', '急诊科'),
    of('soon', '王五', '2026-11-26T00:00:00.000Z', 'department', '急诊科'),
    of('began', '赵六', '2026-11-20T00:00:00.000Z', 'department', '急诊科'),
    offered,
  ];
  const found = swappable(offered, all, 'me', Date.parse('2026-11-23T00:00:00Z'));
  expect(found.map(({ name, duties }) => [name, duties.map((one) => one.id)])).toEqual([
    ['王五', ['soon', 'late', 'elsewhere']],
    ['李四', ['hospital']],
  ]);
});
