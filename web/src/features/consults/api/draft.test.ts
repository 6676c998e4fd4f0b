import { describe, expect, it } from 'vitest';
import type { Consult } from '@/lib/contract';
import { againOf, type ConsultDraft, emptyDraft, hasContent, inputOf, missing } from './draft';

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

  it('is taken up again after it was declined, with what was written and without the consent', () => {
    const declined = (code: string) =>
      ({
        ...full,
        invited: { id: 'o1', name: '邢州市第一医院' },
        invited_department: { id: 'd1', name: '放射科' },
        consent: { kind: 'written', recorded_at: '' },
        decision: { code, text: null },
      }) as unknown as Consult;
    const same = againOf('c2', declined('insufficient_information'));
    expect(same).toMatchObject({ id: 'c2', version: null, step: 1, question: full.question, consent: null });
    expect([same.organisationId, same.departmentId]).toEqual(['o1', 'd1']);
    const elsewhere = againOf('c2', declined('no_capability'));
    expect([elsewhere.organisationId, elsewhere.departmentId]).toEqual(['', '']);
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
