import { describe, expect, it } from 'vitest';
import type { LegRow } from '@/lib/contract';
import { arrange, compare, countsOf, matches } from './board';

const organisation = { id: 'o1', name: '清河县人民医院' };
const person = { id: 'd1', name: '李医生', organisation };

function row(id: string, change: Partial<LegRow>): LegRow {
  return {
    id,
    version: 1,
    number: id,
    case_id: 'c',
    patient: { id: 'p', name: '王', sex: 'female', birth_date: null, age: null },
    direction: 'up',
    urgency: 'routine',
    state: 'submitted',
    transport: 'none',
    from: { id: 'o2', name: '东沟村卫生室' },
    sender: person,
    to: organisation,
    to_department: null,
    owner: null,
    owed: null,
    complaint: '',
    submitted_at: null,
    updated_at: '2026-11-23T08:00:00.000Z',
    unread: false,
    receipts: null,
    ...change,
  };
}

const due = (due_at: string): LegRow['owed'] => ({
  party: 'receiver',
  organisation,
  person: null,
  duty: 'open',
  due_at,
});

describe('the live board', () => {
  it('shows emergencies first, then what is due earliest, ended ones last', () => {
    const rows = [
      row('ended', { state: 'closed', urgency: 'emergency' }),
      row('later', { owed: due('2026-11-23T10:00:00.000Z') }),
      row('open', {}),
      row('sooner', { owed: due('2026-11-23T09:00:00.000Z') }),
      row('emergency', { urgency: 'emergency', owed: due('2026-11-23T12:00:00.000Z') }),
      row('urgent', { urgency: 'urgent' }),
    ];
    expect([...rows].sort(compare).map((one) => one.id)).toEqual([
      'emergency',
      'urgent',
      'sooner',
      'later',
      'open',
      'ended',
    ]);
  });

  it('moves nothing under the pointer: known rows stay, new ones wait', () => {
    const rows = [row('a', {}), row('b', { state: 'accepted' }), row('new', { urgency: 'emergency' })];
    const { shown, waiting } = arrange(rows, ['b', 'a', 'gone']);
    expect(shown.map((one) => one.id)).toEqual(['b', 'a']);
    expect(shown[0]?.state).toBe('accepted');
    expect(waiting).toBe(1);
    expect(arrange(rows, null)).toMatchObject({ waiting: 0 });
  });

  it('counts by what is to be done', () => {
    const rows = [
      row('a', {}),
      row('b', { state: 'accepted', owner: person }),
      row('c', { state: 'in_care', owner: person }),
      row('d', { state: 'closed', owner: person }),
    ];
    expect(countsOf(rows, 'd1')).toEqual({ waiting: 1, coming: 1, here: 1, done: 1, mine: 2, all: 4 });
    expect(matches(rows[3] as LegRow, 'mine', 'd1')).toBe(false);
  });
});
