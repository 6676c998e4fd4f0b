import { describe, expect, it } from 'vitest';
import type { ConsultRow, ConsultUrgency } from '@/lib/contract';
import { commandFor, filtered, moved, ordered } from './order';

function row(
  id: string,
  urgency: ConsultUrgency,
  due_at: string | null,
  more: Partial<ConsultRow> = {},
): ConsultRow {
  return {
    id,
    urgency,
    type: 'imaging',
    state: 'quality_checked',
    assignee: null,
    owed: { due_at },
    submitted_at: '2026-01-01T00:00:00.000Z',
    updated_at: '2026-01-01T00:00:00.000Z',
    ...more,
  } as ConsultRow;
}

const me = { id: 'me', name: '我', organisation: { id: 'o', name: 'o' } };
const ids = (rows: ConsultRow[]) => rows.map((one) => one.id);

describe('the worklist', () => {
  it('goes by urgency, then by deadline, and what has no deadline comes last', () => {
    const rows = [
      row('routine', 'routine', '2026-01-01T00:01:00.000Z'),
      row('open-ended', 'urgent', null),
      row('later', 'urgent', '2026-01-01T02:00:00.000Z'),
      row('sooner', 'urgent', '2026-01-01T01:00:00.000Z'),
      row('critical', 'critical', '2026-01-02T00:00:00.000Z'),
    ];
    expect(ids(ordered(rows))).toEqual(['critical', 'sooner', 'later', 'open-ended', 'routine']);
  });

  it('shows what is free, what is mine, and one type', () => {
    const rows = [
      row('free', 'routine', null),
      row('mine', 'routine', null, { state: 'assigned', assignee: me, type: 'ecg' }),
      row('theirs', 'routine', null, { state: 'assigned', assignee: { ...me, id: 'other' } }),
    ];
    expect(ids(filtered(rows, { show: 'free', type: null }, 'me'))).toEqual(['free']);
    expect(ids(filtered(rows, { show: 'mine', type: null }, 'me'))).toEqual(['mine']);
    expect(ids(filtered(rows, { show: 'all', type: 'ecg' }, 'me'))).toEqual(['mine']);
  });

  it('moves by J and K within its ends, and starts at the top when the chosen row has gone', () => {
    const rows = [row('a', 'routine', null), row('b', 'routine', null)];
    expect(moved(rows, 'a', 1)).toBe('b');
    expect(moved(rows, 'b', 1)).toBe('b');
    expect(moved(rows, 'a', -1)).toBe('a');
    expect(moved(rows, 'gone', 1)).toBe('a');
    expect(moved([], null, 1)).toBeNull();
  });

  it('leaves keys alone while text is composed or a modifier is held', () => {
    const key = { key: 'j', ctrlKey: false, metaKey: false, altKey: false, isComposing: false };
    expect(commandFor(key)).toEqual({ do: 'move', by: 1 });
    expect(commandFor({ ...key, isComposing: true })).toBeNull();
    expect(commandFor({ ...key, ctrlKey: true })).toBeNull();
  });
});
