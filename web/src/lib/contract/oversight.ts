// Emergency access, its review, and the trail of who looked.

import type { Day, Id, OrganisationRef, Page, PersonRef, Role, Time } from './common';
import type { PatientRef } from './patients';

export type BreakGlassReason = 'emergency_treatment' | 'unconscious' | 'mass_casualty' | 'other';
export interface BreakGlassInput {
  id: Id;
  /** By the identity number, or by name and birth date. */
  patient: { resident_id: string | null; name: string | null; birth_date: Day | null };
  reason: BreakGlassReason;
  explanation: string;
  minutes: number;
}
interface BrokenGlass {
  id: Id;
  version: number;
  reason: BreakGlassReason;
  explanation: string;
  opened_at: Time;
  ends_at: Time;
  is_open: boolean;
}
/** One's own. */
export interface BreakGlass extends BrokenGlass {
  patient: PatientRef;
}
export type BreakGlassVerdict = 'justified' | 'unjustified';
/** As it is reviewed. */
export interface BreakGlassCase extends BrokenGlass {
  person: PersonRef;
  patient: AuditPatient;
  review: { by: string; at: Time; verdict: BreakGlassVerdict; note: string } | null;
}
export interface BreakGlassCases extends Page<BreakGlassCase> {
  to_review: number;
}
export interface AuditPatient {
  id: Id;
  name_masked: string;
}
export type AuditOutcome = 'done' | 'read' | 'denied';
export interface AccessLogEntry {
  id: Id;
  at: Time;
  person: { id: Id; name: string } | null;
  role: Role | null;
  organisation: OrganisationRef | null;
  /** `patient.read`, `consult.signed`; of a refusal the route. */
  action: string;
  /** The legal basis; of a refusal its code. */
  basis: string;
  outcome: AuditOutcome;
}
export interface AuditEntry extends AccessLogEntry {
  /** Place in the chain; null for the second until it is sealed. */
  seq: number | null;
  from: string;
  request_id: string;
  subject_kind: string;
  subject_id: string;
  patient: AuditPatient | null;
  detail: unknown;
}
