import { describe, expect, it } from 'vitest';
import type { Template } from '@/lib/rules';
import {
  emptyDraft,
  emptyForm,
  inputOf,
  missing,
  type ReferralDraft,
  readyAtOnce,
  withTemplate,
} from './draft';

const patient = { id: 'p1', name: '王秀兰', sex: 'female' as const, birth_date: '1949-12-31', age: 76 };
const full: ReferralDraft = {
  ...emptyDraft('l1'),
  patient,
  organisationId: 'o1',
  form: {
    ...emptyForm(),
    complaint: '胸痛 2 小时',
    diagnosis: { code: null, system: null, system_version: null, text: '急性冠脉综合征？' },
    vitals: { pulse: '96', spo2: ' ' },
  },
  consent: 'written',
};

describe('a referral in the making', () => {
  it('says what each step still needs', () => {
    expect(missing(emptyDraft('l1'), 0)).toEqual(['patient']);
    expect(missing(emptyDraft('l1'), 1)).toEqual(['organisationId']);
    expect(missing(emptyDraft('l1'), 2)).toEqual(['complaint', 'diagnosis']);
    expect(missing(emptyDraft('l1'), 3)).toEqual(['consent']);
    for (const step of [0, 1, 2, 3]) expect(missing(full, step)).toEqual([]);
  });

  it('names a department where there are any', () => {
    expect(missing({ ...full, departments: true }, 1)).toEqual(['departmentId']);
    expect(missing({ ...full, departments: true, departmentId: 'd1' }, 1)).toEqual([]);
    expect(missing({ ...full, departments: true, urgency: 'emergency' }, 1)).toEqual([]);
  });

  it('is not held up by papers in an emergency, but needs a destination', () => {
    const emergency: ReferralDraft = {
      ...emptyDraft('l1'),
      urgency: 'emergency',
      consent: 'emergency_pending',
    };
    expect(missing(emergency, 2)).toEqual([]);
    expect(missing(emergency, 3)).toEqual([]);
    expect(missing(emergency, 1)).toEqual(['organisationId']);
    expect(missing({ ...emergency, urgency: 'urgent' }, 3)).toEqual(['consent']);
  });

  it('sends only the vital signs that were measured', () => {
    expect(inputOf(full, 'p1').form.vitals).toEqual({ pulse: '96' });
  });

  it('takes from a template what nobody has typed', () => {
    const template = {
      code: 'stroke',
      urgency: 'emergency',
      need: 'thrombolysis',
      reason: 'critical',
    } as Template;
    const filled = withTemplate({ ...emptyDraft('l1'), patient }, template, '疑似卒中', '');
    expect([filled.urgency, filled.need, filled.form.reason, filled.form.complaint]).toEqual([
      'emergency',
      'thrombolysis',
      'critical',
      '疑似卒中',
    ]);
    expect(withTemplate(full, template, '疑似卒中', '').form.complaint).toBe('胸痛 2 小时');
    expect(withTemplate(filled, template, '胸痛', '疑似卒中').form.complaint).toBe('胸痛');
    expect([readyAtOnce(filled), readyAtOnce({ ...filled, organisationId: 'o1' })]).toEqual([false, true]);
    expect(readyAtOnce({ ...full, urgency: 'urgent' })).toBe(false);
  });

  it('sends only the questions that were answered', () => {
    const form = { ...full.form, answers: { onset_hours: '2', iss: ' ' } };
    expect(inputOf({ ...full, form }, 'p1').form.answers).toEqual({ onset_hours: '2' });
  });
});
