import { describe, expect, it } from 'vitest';
import { type Asked, emptyAsked, faults, inputOf } from './asked';

const TODAY = '2026-11-28';
const asked = (changes: Partial<Asked>): Asked => ({
  ...emptyAsked('11010519491231002x'),
  reason: 'unconscious',
  explanation: '车祸昏迷送入急诊，身上只有身份证',
  ...changes,
});

describe('asking for emergency access', () => {
  it('takes over a number or a name that was searched for', () => {
    expect(emptyAsked('11010519491231002x')).toMatchObject({ by: 'number', name: '' });
    expect(emptyAsked('王佩兰')).toMatchObject({ by: 'name', name: '王佩兰', number: '' });
    expect(emptyAsked('').by).toBe('number');
  });

  it('wants a whole number, or a name and a birth date that has been', () => {
    expect(faults(asked({}), TODAY)).toEqual({});
    expect(faults(asked({ number: '' }), TODAY)).toEqual({ number: 'required' });
    expect(faults(asked({ number: '110105194912310021' }), TODAY)).toEqual({ number: 'number' });
    expect(faults(asked({ by: 'name', name: ' ', birthDate: '' }), TODAY)).toEqual({
      name: 'required',
      birthDate: 'required',
    });
    expect(faults(asked({ by: 'name', name: '王佩兰', birthDate: '2027-01-01' }), TODAY)).toEqual({
      birthDate: 'future',
    });
  });

  it('wants a reason, and more than a word about it', () => {
    expect(faults(asked({ reason: null, explanation: ' 急诊 ' }), TODAY)).toEqual({
      reason: 'required',
      explanation: 'explanation',
    });
  });

  it('sends only the one or the other way to the patient', () => {
    expect(inputOf(asked({ name: '王佩兰', birthDate: '1949-12-31' })).patient).toEqual({
      resident_id: '11010519491231002X',
      name: null,
      birth_date: null,
    });
    expect(inputOf(asked({ by: 'name', name: ' 王佩兰 ', birthDate: '1949-12-31' }))).toEqual({
      patient: { resident_id: null, name: '王佩兰', birth_date: '1949-12-31' },
      reason: 'unconscious',
      explanation: '车祸昏迷送入急诊，身上只有身份证',
      minutes: 60,
    });
  });
});
