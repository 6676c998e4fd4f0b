import { describe, expect, it } from 'vitest';
import type { Patient } from './contract';
import {
  changesOf,
  collisions,
  EMPTY_PATIENT,
  faults,
  fieldsFromSearch,
  fieldsOf,
  withNumber,
} from './patient-fields';

const TODAY = '2026-11-23';
const NUMBER = '11010519491231002X';

const patient: Patient = {
  id: 'p1',
  version: 3,
  name: '王秀兰',
  sex: 'female',
  birth_date: '1949-12-31',
  age: 76,
  identity: { kind: 'resident_id', masked: '****************2X' },
  phone_masked: '*******0001',
  address: '东沟村 3 组',
  registered_by: { id: 'o1', name: '东沟村卫生室' },
  created_at: '2026-11-01T00:00:00.000Z',
  updated_at: '2026-11-01T00:00:00.000Z',
};

describe('what is typed about a patient', () => {
  it('is filled with birth date and sex by a valid number', () => {
    expect(withNumber(EMPTY_PATIENT, NUMBER, TODAY)).toMatchObject({
      birthDate: '1949-12-31',
      sex: 'female',
    });
  });

  it('must agree with the number', () => {
    const fields = {
      ...withNumber(EMPTY_PATIENT, NUMBER, TODAY),
      name: '王',
      birthDate: '1950-01-01',
      sex: 'male' as const,
    };
    expect(faults(fields, TODAY, null)).toEqual({ birthDate: 'birthMismatch', sex: 'sexMismatch' });
  });

  it('needs a name, and a number unless the kind has none', () => {
    expect(faults(EMPTY_PATIENT, TODAY, null)).toEqual({ name: 'required', number: 'required' });
    expect(faults({ ...EMPTY_PATIENT, kind: 'unidentified', name: '无名氏' }, TODAY, null)).toEqual({});
  });

  it('keeps the number while editing when nothing is typed', () => {
    expect(faults(fieldsOf(patient), TODAY, 'resident_id')).toEqual({});
    expect(changesOf(patient, fieldsOf(patient))).toEqual({});
  });

  it('sends only what was changed', () => {
    expect(changesOf(patient, { ...fieldsOf(patient), address: '东沟村 5 组' })).toEqual({
      address: '东沟村 5 组',
    });
  });

  it('takes the search over as a name or a number', () => {
    expect(fieldsFromSearch('王秀兰').name).toBe('王秀兰');
    expect(fieldsFromSearch('110105 19491231 002x').number).toBe(NUMBER);
  });
});

describe('two people editing one patient', () => {
  const theirs: Patient = { ...patient, version: 4, address: '西坡村 1 组', name: '王秀蘭' };

  it('collide only where both changed the same field to different values', () => {
    const mine = { address: '东沟村 5 组', sex: 'female' as const };
    expect(collisions(patient, theirs, mine)).toEqual([
      { field: 'address', theirs: '西坡村 1 组', mine: '东沟村 5 组' },
    ]);
  });

  it('do not collide when both typed the same', () => {
    expect(collisions(patient, theirs, { address: '西坡村 1 组' })).toEqual([]);
  });
});
