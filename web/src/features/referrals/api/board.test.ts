import { describe, expect, it } from 'vitest';
import type { LegRow } from '@/lib/contract';
import { EVERYTHING, keepRows } from '@/lib/queries/board';
import {
  arrange,
  changesBetween,
  compare,
  countsOf,
  holds,
  matches,
  narrows,
  offers,
  sameFilter,
  unseenEmergencies,
} from './board';

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
    expect(countsOf(rows)).toEqual({ waiting: 1, coming: 1, here: 1, open: 3 });
  });

  it('narrows by everything a view holds', () => {
    const eyes = { personId: 'd1', now: Date.parse('2026-11-23T09:30:00.000Z') };
    const late = row('late', { owed: due('2026-11-23T09:00:00.000Z'), urgency: 'urgent', owner: person });
    const calm = row('calm', { owed: due('2026-11-23T10:00:00.000Z'), direction: 'down' });
    const left = (change: Partial<typeof EVERYTHING>) =>
      [late, calm, row('over', { state: 'closed' })]
        .filter((one) => matches(one, { ...EVERYTHING, ...change }, eyes))
        .map((one) => one.id);
    expect(left({})).toEqual(['late', 'calm']);
    expect(left({ group: 'done' })).toEqual(['over']);
    expect(left({ overdue: true })).toEqual(['late']);
    expect(left({ mine: true })).toEqual(['late']);
    expect(left({ urgency: 'routine' })).toEqual(['calm']);
    expect(left({ direction: 'down' })).toEqual(['calm']);
    expect(left({ from_organisation_id: 'o2' })).toEqual(['late', 'calm']);
    expect(left({ department_id: 'nowhere' })).toEqual([]);
    expect(narrows({ ...EVERYTHING, group: 'here' })).toBe(false);
    expect(narrows({ ...EVERYTHING, mine: true })).toBe(true);
    expect(sameFilter({ ...EVERYTHING }, EVERYTHING)).toBe(true);
    expect(holds(row('ZZ1', { complaint: '胸痛' }), ' zz1 ')).toBe(true);
    expect(holds(row('ZZ1', { complaint: '胸痛' }), '腹痛')).toBe(false);
  });

  it('offers what the state table knows, and beds to the desk only', () => {
    const open = row('a', {});
    expect(offers(open, 'accept', true) && offers(open, 'decline', true)).toBe(true);
    expect(offers(row('a', { urgency: 'emergency' }), 'decline', true)).toBe(false);
    expect(offers(row('a', { urgency: 'emergency' }), 'arrive', false)).toBe(true);
    expect(offers(open, 'arrive', false)).toBe(false);
    const accepted = row('a', { state: 'accepted' });
    expect(offers(accepted, 'reserve', true)).toBe(true);
    expect(offers(accepted, 'reserve', false)).toBe(false);
    expect(offers(accepted, 'accept', true)).toBe(false);
    expect(offers(row('a', { state: 'closed' }), 'redirect', true)).toBe(false);
  });

  it('sounds for emergencies that nobody has opened', () => {
    const rows = [
      row('new', { urgency: 'emergency' }),
      row('seen', { urgency: 'emergency', state: 'received' }),
      row('calm', {}),
    ];
    expect(unseenEmergencies(rows).map((one) => one.id)).toEqual(['new']);
  });

  it('keeps the objects of rows that stayed the same, wherever they stand now', () => {
    const list = (items: LegRow[]) => ({ items, next: null, counts: { incoming: 0, sent: 0 } });
    const before = list([row('a', {}), row('b', {})]);
    const now = keepRows(before, list([row('new', {}), row('a', {}), row('b', { state: 'received' })]));
    expect(now.items[1]).toBe(before.items[0]);
    expect(now.items[2]).not.toBe(before.items[1]);
    expect(now.items.map((one) => one.state)).toEqual(['submitted', 'submitted', 'received']);
  });

  it('says what somebody else did meanwhile', () => {
    const before = row('a', {});
    const now = { ...before, state: 'accepted' as const, owner: person };
    expect(changesBetween(before, now)).toEqual([
      { what: 'state', from: 'submitted', to: 'accepted' },
      { what: 'owner', to: '李医生' },
    ]);
    expect(changesBetween(before, { ...before })).toEqual([{ what: 'other' }]);
  });
});
