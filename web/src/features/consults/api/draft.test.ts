import { describe, expect, it } from 'vitest';
import { type ConsultDraft, emptyDraft, hasContent, inputOf, missing } from './draft';

const patient = { id: 'p1', name: '王秀兰', sex: 'female' as const, birth_date: '1949-12-31', age: 76 };
const full: ConsultDraft = {
  ...emptyDraft('c1'),
  patient,
  organisationId: 'o1',
  question: '是否为肺炎？',
  summary: '咳嗽三天',
  consent: 'written',
};

describe('a consult in the making', () => {
  it('says what each step still needs', () => {
    const empty = emptyDraft('c1');
    expect(missing(empty, 0)).toEqual(['patient']);
    expect(missing(empty, 1)).toEqual(['organisationId', 'question', 'summary']);
    expect(missing(empty, 2)).toEqual([]);
    expect(missing(empty, 3)).toEqual(['consent']);
    for (const step of [0, 1, 2, 3]) expect(missing(full, step)).toEqual([]);
  });

  it('may go without written consent only when critical', () => {
    expect(missing({ ...full, consent: 'emergency_pending' }, 3)).toEqual(['consent']);
    expect(missing({ ...full, consent: 'emergency_pending', urgency: 'critical' }, 3)).toEqual([]);
  });

  it('is worth keeping once anything is in it', () => {
    expect(hasContent(emptyDraft('c1'))).toBe(false);
    expect(hasContent({ ...emptyDraft('c1'), summary: '咳' })).toBe(true);
  });

  it('becomes a request without stray spaces', () => {
    expect(inputOf({ ...full, question: ' 是否为肺炎？ ' }, 'p1')).toMatchObject({
      patient_id: 'p1',
      question: '是否为肺炎？',
      invited_department_id: null,
      consent: { kind: 'written' },
    });
  });
});
