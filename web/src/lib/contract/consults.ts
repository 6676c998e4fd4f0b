// Consults and their reports.

import type {
  Ask,
  ConsentKind,
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
import type { Study } from './studies';

export type ConsultType = 'comprehensive' | 'imaging' | 'pathology' | 'ecg';
export type Mode = 'asynchronous' | 'live';
export type ConsultUrgency = 'critical' | 'urgent' | 'routine';
export type ConsultState =
  | 'draft'
  | 'submitted'
  | 'returned'
  | 'quality_checked'
  | 'assigned'
  | 'info_requested'
  | 'reading'
  | 'in_session'
  | 'drafted'
  | 'signed'
  | 'delivered'
  | 'acknowledged'
  | 'closed'
  | 'declined'
  | 'cancelled';
export interface ConsultRow {
  id: Id;
  version: number;
  number: string;
  patient: PatientRef;
  type: ConsultType;
  mode: Mode;
  urgency: ConsultUrgency;
  state: ConsultState;
  question: string;
  requester: PersonRef;
  invited: OrganisationRef;
  assignee: PersonRef | null;
  owed: Owed | null;
  submitted_at: Time | null;
  updated_at: Time;
  unread: boolean;
}
export type ReportDisposition = 'treat_here' | 'refer_up' | 'send_down';
export interface Report {
  version: number;
  kind: 'opinion' | 'report';
  findings: string;
  diagnosis: Diagnosis;
  advice: string;
  disposition: ReportDisposition | null;
  author: PersonRef;
  drafted_at: Time;
  signed_at: Time | null;
  content_hash: string | null;
}
export type ConsultDeclineReason =
  | 'no_capability'
  | 'not_indicated'
  | 'insufficient_information'
  | 'other_hospital_better'
  | 'other';
export type Adoption = 'adopted' | 'partly' | 'not';
export interface Consult extends ConsultRow {
  summary: string;
  consent: { kind: ConsentKind; recorded_at: Time } | null;
  invited_department: DepartmentRef | null;
  room_id: Id;
  studies: Study[];
  report: Report | null;
  report_versions: Report[];
  ask: Ask[];
  acknowledgement: { adoption: Adoption; reason: string | null; by: PersonRef; at: Time } | null;
  decision: { code: string; text: string | null } | null;
  /** Commands this caller may give now. */
  allowed: string[];
}
export interface ConsultInput {
  id: Id;
  patient_id: Id;
  type: ConsultType;
  mode: Mode;
  urgency: ConsultUrgency;
  question: string;
  summary: string;
  invited_organisation_id: Id;
  invited_department_id: Id | null;
  consent: { kind: ConsentKind } | null;
}
export interface ConsultList extends Page<ConsultRow> {
  counts: { todo: number; started: number };
}
