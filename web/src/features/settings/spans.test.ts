import { describe, expect, it } from 'vitest';
import { minutesOf, partsOf, patchOf, type Rules } from './spans';

describe('time limits', () => {
  it('are whole minutes from one to thirty days', () => {
    expect(['1', ' 90 ', '43200'].map(minutesOf)).toEqual([1, 90, 43_200]);
    expect(['', '0', '-5', '1.5', '43201', 'soon'].map(minutesOf)).toEqual([
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  it('are said in days, hours and minutes', () => {
    expect(partsOf(90)).toEqual({ days: 0, hours: 1, minutes: 30 });
    expect(partsOf(4320)).toEqual({ days: 3, hours: 0, minutes: 0 });
  });

  it('are sent only where something changed', () => {
    const rules = { beds: { stale_minutes: 60 }, templates: [] } as unknown as Rules;
    expect(patchOf(rules, rules)).toEqual({});
    expect(patchOf(rules, { ...rules, beds: { stale_minutes: 30 } })).toEqual({
      beds: { stale_minutes: 30 },
    });
  });
});
