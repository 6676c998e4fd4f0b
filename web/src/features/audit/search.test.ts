import { describe, expect, it } from 'vitest';
import { cleaned, filterOf, isAskable, isBackwards, periodOf } from './search';

const TODAY = '2026-11-28';
const ID = '0192f0c1-2345-7abc-8def-0123456789ab';

describe('a search of the audit trail', () => {
  it('looks at a week unless something else is asked', () => {
    expect(periodOf({})).toBe('week');
    expect(periodOf({ period: 'yesterday' })).toBe('week');
    expect(filterOf({}, TODAY)).toMatchObject({ from: '2026-11-21T16:00:00.000Z', until: '' });
  });

  it('begins its days at midnight in the county', () => {
    expect(filterOf({ period: 'today' }, TODAY).from).toBe('2026-11-27T16:00:00.000Z');
    expect(filterOf({ period: 'month' }, TODAY).from).toBe('2026-10-29T16:00:00.000Z');
    expect(filterOf({ period: 'all' }, TODAY)).toMatchObject({ from: '', until: '' });
  });

  it('includes the last day of a span, and leaves an open end open', () => {
    const days = { period: 'days', from: '2026-11-01', until: '2026-11-02' };
    expect(filterOf(days, TODAY)).toMatchObject({
      from: '2026-10-31T16:00:00.000Z',
      until: '2026-11-02T16:00:00.000Z',
    });
    expect(filterOf({ period: 'days', until: 'soon' }, TODAY)).toMatchObject({ from: '', until: '' });
  });

  it('asks for no kind of deed among refusals, nor for an outcome that there is not', () => {
    expect(filterOf({ outcome: 'denied', action: 'patient' }, TODAY).action).toBe('');
    expect(filterOf({ outcome: 'read', action: 'patient' }, TODAY).action).toBe('patient');
    expect(filterOf({ outcome: 'maybe' }, TODAY).outcome).toBe('');
  });

  it('is asked only with whole ids', () => {
    expect(isAskable({ patient: ID })).toBe(true);
    expect(isAskable({ patient: ID.slice(1) })).toBe(false);
    expect(isAskable({})).toBe(true);
  });

  it('knows days that stand the wrong way round, but only where days are chosen', () => {
    const days = { from: '2026-11-02', until: '2026-11-01' };
    expect(isBackwards({ period: 'days', ...days })).toBe(true);
    expect(isBackwards({ period: 'week', ...days })).toBe(false);
    expect(isBackwards({ period: 'days', from: days.from, until: days.from })).toBe(false);
    expect(isBackwards({ period: 'days', from: days.from })).toBe(false);
  });

  it('keeps nothing empty in the address', () => {
    expect(cleaned({ patient: '', outcome: 'read' })).toEqual({ outcome: 'read' });
  });
});
