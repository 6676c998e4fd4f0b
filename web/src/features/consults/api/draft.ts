// A consult in the making: what is typed, what still misses, and how it becomes a request. Pure.

import type { Consult, ConsultInput, ConsultType, ConsultUrgency, Mode, PatientRef } from '@/lib/contract';

export interface ConsultDraft {
  id: string;
  /** The version on the server; null while it is only on this device. */
  version: number | null;
  step: number;
  patient: PatientRef | null;
  type: ConsultType;
  mode: Mode;
  urgency: ConsultUrgency;
  organisationId: string;
  departmentId: string;
  question: string;
  summary: string;
  consent: 'written' | 'emergency_pending' | null;
}

export function emptyDraft(id: string): ConsultDraft {
  return {
    id,
    version: null,
    step: 0,
    patient: null,
    type: 'imaging',
    mode: 'asynchronous',
    urgency: 'routine',
    organisationId: '',
    departmentId: '',
    question: '',
    summary: '',
    consent: null,
  };
}

export function draftOf(consult: Consult): ConsultDraft {
  return {
    id: consult.id,
    version: consult.version,
    step: 1,
    patient: consult.patient,
    type: consult.type,
    mode: consult.mode,
    urgency: consult.urgency,
    organisationId: consult.invited.id,
    departmentId: consult.invited_department?.id ?? '',
    question: consult.question,
    summary: consult.summary,
    consent: consult.consent?.kind ?? null,
  };
}

/**
 * A declined request taken up again: what was written stays, whom it goes to is chosen anew unless the same hospital
 * only wants to know more. Consent was for the other one.
 */
export function againOf(id: string, declined: Consult): ConsultDraft {
  const stays = declined.decision?.code === 'insufficient_information';
  const draft: ConsultDraft = { ...draftOf(declined), id, version: null, consent: null };
  return stays ? draft : { ...draft, organisationId: '', departmentId: '' };
}

/** Worth keeping, and worth asking about before it is replaced. */
export function hasContent(draft: ConsultDraft): boolean {
  return draft.patient !== null || draft.question.trim() !== '' || draft.summary.trim() !== '';
}

export type Missing = 'patient' | 'organisationId' | 'question' | 'summary' | 'consent';

/** What a step still needs before the next one. An emergency may go without written consent; it is completed later. */
export function missing(draft: ConsultDraft, step: number): Missing[] {
  const found: Missing[] = [];
  if (step === 0 && !draft.patient) found.push('patient');
  if (step === 1) {
    if (!draft.organisationId) found.push('organisationId');
    if (!draft.question.trim()) found.push('question');
    if (!draft.summary.trim()) found.push('summary');
  }
  if (
    step === 3 &&
    (!draft.consent || (draft.consent === 'emergency_pending' && draft.urgency !== 'critical'))
  ) {
    found.push('consent');
  }
  return found;
}

export function inputOf(draft: ConsultDraft, patientId: string): ConsultInput {
  return {
    id: draft.id,
    patient_id: patientId,
    type: draft.type,
    mode: draft.mode,
    urgency: draft.urgency,
    question: draft.question.trim(),
    summary: draft.summary.trim(),
    invited_organisation_id: draft.organisationId,
    invited_department_id: draft.departmentId || null,
    consent: draft.consent ? { kind: draft.consent } : null,
  };
}
