// What every subject of /api/v1 is written with: ids, times, who and where, pages of a list, what is owed.

export type Id = string;
/** RFC 3339, UTC, milliseconds. */
export type Time = string;
/** YYYY-MM-DD */
export type Day = string;
export interface OrganisationRef {
  id: Id;
  name: string;
}
export interface DepartmentRef {
  id: Id;
  name: string;
}
export interface PersonRef {
  id: Id;
  name: string;
  organisation: OrganisationRef;
}
export type Role =
  | 'village_doctor'
  | 'township_doctor'
  | 'referral_desk'
  | 'receiving_doctor'
  | 'coordinator'
  | 'specialist'
  | 'family_doctor'
  | 'manager'
  | 'administrator'
  | 'security_administrator'
  | 'auditor';
export interface Position {
  id: Id;
  role: Role;
  organisation: OrganisationRef;
  department: DepartmentRef | null;
}
export interface Page<T> {
  items: T[];
  next: string | null;
}
export interface Owed {
  party: 'requester' | 'invited' | 'sender' | 'receiver' | 'manager';
  organisation: OrganisationRef;
  person: PersonRef | null;
  /** What must be done, as a code. */
  duty: string;
  due_at: Time | null;
}
export interface Diagnosis {
  code: string | null;
  system: string | null;
  system_version: string | null;
  text: string;
}
export type ConsentKind = 'written' | 'emergency_pending';
export interface Ask {
  text: string;
  asked_at: Time;
  answer: string | null;
}
export interface TimelineEntry {
  id: Id;
  seq: number;
  /** e.g. consult.claimed */
  type: string;
  version: number;
  actor: PersonRef | null;
  occurred_at: Time;
  recorded_at: Time;
  payload: Record<string, unknown>;
}
