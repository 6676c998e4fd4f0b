// A referral in the making: what is typed, what still misses, and how it becomes a request. Pure.

import type { Consult, Direction, Leg, LegInput, LegUrgency, PatientRef, ReferralForm } from '@/lib/contract';
import type { Template } from '@/lib/rules';

export interface ReferralDraft {
  id: string;
  version: number | null;
  caseId: string | null;
  step: number;
  patient: PatientRef | null;
  direction: Direction;
  urgency: LegUrgency;
  organisationId: string;
  departmentId: string;
  /** The receiving organisation has departments: one is named, unless it is an emergency. */
  departments: boolean;
  form: ReferralForm;
  consent: 'written' | 'emergency_pending' | null;
  /** What one tap filled in; drafts kept by an older page have neither. */
  template?: string | null;
  /** A code of the catalogue of capabilities. */
  need?: string;
}

export const VITALS = ['temperature', 'pulse', 'respiration', 'blood_pressure', 'spo2', 'gcs'] as const;
export type Vital = (typeof VITALS)[number];
/** The same in every language. GCS is a score. */
export const UNITS: Record<Vital, string> = {
  temperature: '°C',
  pulse: '/min',
  respiration: '/min',
  blood_pressure: 'mmHg',
  spo2: '%',
  gcs: '',
};

export function emptyForm(): ReferralForm {
  return {
    reason: 'unclear_or_capability',
    complaint: '',
    history: '',
    past_history: '',
    allergies: '',
    vitals: {},
    examination: '',
    diagnosis: { code: null, system: null, system_version: null, text: '' },
    treatment: '',
    purpose: '',
    drugs: '',
    warning_signs: '',
    pregnancy: '',
    papers: { record_number: '', insurance: null, filing_number: '', filed_until: null },
  };
}

export function emptyDraft(id: string): ReferralDraft {
  return {
    id,
    version: null,
    caseId: null,
    step: 0,
    patient: null,
    direction: 'up',
    urgency: 'routine',
    organisationId: '',
    departmentId: '',
    departments: false,
    form: emptyForm(),
    consent: null,
  };
}

export function draftOf(leg: Leg): ReferralDraft {
  return {
    id: leg.id,
    version: leg.version,
    caseId: leg.case_id,
    step: 1,
    patient: leg.patient,
    direction: leg.direction,
    urgency: leg.urgency,
    organisationId: leg.to?.id ?? '',
    departmentId: leg.to_department?.id ?? '',
    departments: leg.to_department !== null,
    form: leg.form,
    consent: leg.consent?.kind ?? null,
  };
}

/** One tap from an opinion to a referral: what was written for the specialist is not typed again. */
export function fromConsult(id: string, consult: Consult): ReferralDraft {
  const draft = emptyDraft(id);
  return {
    ...draft,
    step: 1,
    patient: consult.patient,
    urgency: consult.urgency === 'critical' ? 'emergency' : consult.urgency,
    form: {
      ...draft.form,
      complaint: consult.question,
      history: consult.summary,
      diagnosis: consult.report?.diagnosis ?? draft.form.diagnosis,
      purpose: consult.report?.advice ?? '',
    },
  };
}

/** What one tap fills in. What was typed before stays; another template takes back only what the last one wrote. */
export function withTemplate(
  draft: ReferralDraft,
  template: Template,
  complaint: string,
  lastComplaint: string,
): ReferralDraft {
  const typed = draft.form.complaint.trim();
  return {
    ...draft,
    template: template.code,
    need: template.need,
    urgency: template.urgency,
    form: {
      ...draft.form,
      reason: template.reason,
      complaint: typed === '' || typed === lastComplaint ? complaint : draft.form.complaint,
    },
  };
}

/** An emergency goes at once: who it is and where to is enough, consent is noted as following. */
export function readyAtOnce(draft: ReferralDraft): boolean {
  return draft.urgency === 'emergency' && draft.patient !== null && draft.organisationId !== '';
}

export function hasContent(draft: ReferralDraft): boolean {
  const { complaint, history, diagnosis } = draft.form;
  return draft.patient !== null || [complaint, history, diagnosis.text].some((text) => text.trim() !== '');
}

export type Missing = 'patient' | 'organisationId' | 'departmentId' | 'complaint' | 'diagnosis' | 'consent';

/** What a step still needs before the next. Papers never hold up an emergency: they are completed afterwards. */
export function missing(draft: ReferralDraft, step: number): Missing[] {
  const found: Missing[] = [];
  const emergency = draft.urgency === 'emergency';
  if (step === 0 && !draft.patient) found.push('patient');
  if (step === 1) {
    if (!draft.organisationId) found.push('organisationId');
    else if (draft.departments && !draft.departmentId && !emergency) found.push('departmentId');
  }
  if (step === 2 && !emergency) {
    if (!draft.form.complaint.trim()) found.push('complaint');
    if (!draft.form.diagnosis.text.trim()) found.push('diagnosis');
  }
  if (step === 3 && (!draft.consent || (draft.consent === 'emergency_pending' && !emergency)))
    found.push('consent');
  return found;
}

export function inputOf(draft: ReferralDraft, patientId: string): LegInput {
  const vitals = Object.fromEntries(
    Object.entries(draft.form.vitals).filter(([, value]) => value.trim() !== ''),
  );
  const answers = Object.fromEntries(
    Object.entries(draft.form.answers ?? {}).filter(([, value]) => value.trim() !== ''),
  );
  return {
    id: draft.id,
    case_id: draft.caseId,
    patient_id: patientId,
    direction: draft.direction,
    urgency: draft.urgency,
    to_organisation_id: draft.organisationId,
    to_department_id: draft.departmentId || null,
    form: { ...draft.form, vitals, answers },
    consent: draft.consent ? { kind: draft.consent } : null,
  };
}
