import { expect, it } from 'vitest';
import type { Owed } from '@/lib/contract';
import { lookOver } from './overview';

const row = (id: string, due_at: string | null | undefined) => ({
  id,
  owed: due_at === undefined ? null : ({ due_at } as Owed),
});
const ids = (rows: { id: string }[]) => rows.map(({ id }) => id);

it('counts as under way what somebody owes a step in, and puts the longest overdue first', () => {
  const rows = [
    row('ended', undefined),
    row('without a deadline', null),
    row('late', '2026-11-28T07:00:00.000Z'),
    row('in time', '2026-11-28T09:00:00.000Z'),
    row('later still', '2026-11-27T07:00:00.000Z'),
  ];
  const { running, late } = lookOver(rows, Date.parse('2026-11-28T08:00:00Z'));
  expect(ids(running)).toEqual(['without a deadline', 'late', 'in time', 'later still']);
  expect(ids(late)).toEqual(['later still', 'late']);
});
