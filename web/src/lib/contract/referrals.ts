// Referrals: a leg from one house to another, its form, its outcome and the case it belongs to.

import type {
  Ask,
  ConsentKind,
  Day,
  DepartmentRef,
  Diagnosis,
  Id,
  OrganisationRef,
  Owed,
  Page,
  PersonRef,
  Time,
} from './common';
import type { PatientRef } from './patients';

export type LegState =
  | 'draft'
  | 'discarded'
  | 'submitted'
  | 'received'
  | 'info_requested'
  | 'accepted'
  | 'reserved'
  | 'no_show'
  | 'arrived'
  | 'in_care'
  | 'outcome_sent'
  | 'closed'
  | 'declined'
  | 'redirected'
  | 'cancelled'
  | 'cancel_requested'
  | 'entered_in_error';
export type LegUrgency = 'emergency' | 'urgent' | 'routine';
export type Direction = 'up' | 'down' | 'lateral' | 'onward';
export type Transport = 'none' | 'departed' | 'arrived';
export type ReferralReason =
  | 'unclear_or_capability'
  | 'critical'
  | 'stable_for_lower'
  | 'patient_wish'
  | 'other';
export interface ReferralForm {
  reason: ReferralReason;
  complaint: string;
  history: string;
  past_history: string;
  allergies: string;
  vitals: Record<string, string>;
  examination: string;
  diagnosis: Diagnosis;
  treatment: string;
  purpose: string;
  /** Code of a question to its answer: `yes`, `no` or a number. */
  answers?: Record<string, string>;
  drugs: string;
  warning_signs: string;
  pregnancy: string;
  papers: ReferralPapers;
}
export type Insurance = 'employee' | 'resident' | 'commercial' | 'self_paid' | 'other';
/** What the offices ask for beside the illness. */
export interface ReferralPapers {
  record_number: string;
  insurance: Insurance | null;
  filing_number: string;
  filed_until: Day | null;
}
export interface LegRow {
  id: Id;
  version: number;
  number: string;
  case_id: Id;
  patient: PatientRef;
  direction: Direction;
  urgency: LegUrgency;
  state: LegState;
  transport: Transport;
  from: OrganisationRef;
  sender: PersonRef;
  /** Null while a draft has no destination yet. */
  to: OrganisationRef | null;
  to_department: DepartmentRef | null;
  owner: PersonRef | null;
  owed: Owed | null;
  complaint: string;
  submitted_at: Time | null;
  updated_at: Time;
  unread: boolean;
  /** In the list of what was sent, while it goes on. */
  receipts: { read: number; unread: number } | null;
}
export type OutcomeDisposition =
  | 'stays'
  | 'back_down'
  | 'onward'
  | 'died'
  | 'left_against_advice'
  | 'left_before_seen';
export interface Outcome {
  version: number;
  diagnosis: Diagnosis;
  treatment: string;
  plan: string;
  findings: string;
  drugs: string;
  warning_signs: string;
  /** The receiver has no account: the sender's people entered what it did. */
  by_proxy: boolean;
  disposition: OutcomeDisposition;
  /** Null when nobody of the receiving side wrote it. */
  author: PersonRef | null;
  at: Time;
}
export type ResourceKind = 'bed' | 'slot' | 'bay' | 'not_needed';
export type DeclineReason =
  | 'no_bed'
  | 'no_capability'
  | 'not_indicated'
  | 'insufficient_information'
  | 'other_hospital_better'
  | 'patient_unfit_for_transfer'
  | 'other';
export interface Leg extends LegRow {
  form: ReferralForm;
  /** Which criteria the form met when it was written. */
  criteria: { version: number; met: string[] } | null;
  consent: { kind: ConsentKind } | null;
  expected_at: Time | null;
  arrived_at: Time | null;
  /** What is held for the patient now. */
  reservation: { kind: ResourceKind; resource: string; hold_until: Time | null } | null;
  encounter_number: string | null;
  outcome: Outcome | null;
  outcomes: Outcome[];
  decision: { code: string; text: string | null; suggestion: string | null } | null;
  decision_acknowledged: boolean;
  replaces: Id | null;
  based_on: Id | null;
  follow_up: Id | null;
  ask: Ask[];
  notes: { text: string; late: boolean; author: PersonRef | null; at: Time }[];
  /** Nobody at the destination has an account. */
  external: boolean;
  /** What an emergency was sent without, by field; to be completed until `record_due_at`. */
  missing: string[];
  record_due_at: Time | null;
  allowed: string[];
  /** Whether the caller may read its conversation, which has the same id. */
  has_thread: boolean;
}
export interface LegReceipts {
  read: { person: PersonRef; read_at: Time }[];
  unread: PersonRef[];
}
export interface LegInput {
  id: Id;
  case_id: Id | null;
  patient_id: Id;
  direction: Direction;
  urgency: LegUrgency;
  to_organisation_id: Id;
  to_department_id: Id | null;
  form: ReferralForm;
  consent: { kind: ConsentKind } | null;
}
export interface LegList extends Page<LegRow> {
  counts: { incoming: number; sent: number };
}
export interface Case {
  id: Id;
  number: string;
  patient: PatientRef;
  state: 'open' | 'closed';
  legs: LegRow[];
}
