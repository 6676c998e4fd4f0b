import { describe, expect, it } from 'vitest';
import type { Comparison, PatientRef, Study } from '@/lib/contract';
import { compared, nextPending } from './compare';

const wang: PatientRef = { id: 'p1', name: '王秀英', sex: 'female', birth_date: '1954-09-03', age: 72 };

function study(said: Partial<Study['dicom_patient']>, id = 's1'): Study {
  return {
    id,
    study_uid: '1.2',
    patient_id: null,
    status: 'unassigned',
    dicom_patient: { name: 'Wang XiuYing', birth_date: '1954-09-03', sex: 'F', local_id: 'T-1', ...said },
    mismatch: [],
    sent_to: null,
    channel: 'dimse',
    study_date: null,
    description: '',
    modalities: ['CT'],
    series: [],
    instances: 1,
    ecg: null,
    preview_url: null,
    received_at: '2026-01-01T00:00:00.000Z',
  };
}

function verdicts(said: Partial<Study['dicom_patient']>, comparison: Partial<Comparison> = {}) {
  const found = compared(study(said), { patient: wang, mismatch: [], ...comparison });
  return Object.fromEntries(found.map(({ field, verdict }) => [field, verdict]));
}

describe('what the images say beside a record', () => {
  it('leaves it to the server whether a name in pinyin is the same', () => {
    expect(verdicts({})).toEqual({ name: 'same', sex: 'same', birth_date: 'same' });
    expect(verdicts({}, { mismatch: ['name', 'birth_date'] })).toEqual({
      name: 'differs',
      sex: 'same',
      birth_date: 'differs',
    });
  });

  it('does not call the same what one side left out', () => {
    expect(verdicts({ name: '', birth_date: null, sex: 'O' })).toEqual({
      name: 'unsaid',
      sex: 'unsaid',
      birth_date: 'unsaid',
    });
    const patient = { ...wang, sex: 'unknown', birth_date: null } as const;
    expect(verdicts({}, { patient })).toEqual({ name: 'same', sex: 'unsaid', birth_date: 'unsaid' });
  });

  it('shows a missing name as a contradiction where the server takes it for one', () => {
    expect(verdicts({ name: '', birth_date: null }, { mismatch: ['name'] }).name).toBe('differs');
  });
});

describe('the study to go on with', () => {
  const [old, young, other] = [study({}, 'old'), study({}, 'young'), study({}, 'other')];
  it('is the oldest of those that contradict a record, then of the rest', () => {
    expect(nextPending([young, old], [other], 'x')?.id).toBe('old');
    expect(nextPending([], [young, old], 'x')?.id).toBe('old');
  });
  it('is never the one just done', () => {
    expect(nextPending([old], [other], 'old')?.id).toBe('other');
    expect(nextPending([], [other], 'other')).toBeNull();
  });
});
