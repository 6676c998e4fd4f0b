// Organisations, people, their positions, agreements, imports and activation codes.

import type { DepartmentRef, Id, OrganisationRef, PersonRef, Position, Role, Time } from './common';
import type { DutyKind, DutyRank, Reach } from './duties';

export interface Organisation {
  id: Id;
  name: string;
  code: string;
  level: 'city_hospital' | 'county_hospital' | 'township_centre' | 'village_clinic';
  parent: OrganisationRef | null;
  external: boolean;
  /** Outside, and nobody there has an account. */
  without_account: boolean;
  departments: DepartmentRef[];
  agreements: { consult: boolean; referral: boolean };
}
export interface Person extends PersonRef {
  role: Role;
  department: DepartmentRef | null;
  title: string | null;
  has_account: boolean;
  /** A licence is on record and over. */
  licence_ended: boolean;
}
/** Somebody whom no position places anywhere. */
export interface Unplaced {
  id: Id;
  name: string;
  staff_number: string | null;
  title: string | null;
  has_account: boolean;
}
export type Level = Organisation['level'];
export interface Department {
  id: Id;
  version: number;
  code: string;
  name: string;
  national_code: string | null;
  ended_at: Time | null;
}
/** An organisation with everything that is kept of it. */
export interface OrganisationDetail {
  id: Id;
  version: number;
  code: string;
  name: string;
  level: string;
  parent: OrganisationRef | null;
  external: boolean;
  phone: string | null;
  codes: { system: string; value: string; valid_until: Time | null }[];
  departments: Department[];
  ended_at: Time | null;
}
export interface PositionDetail extends Position {
  valid_from: Time;
  valid_until: Time | null;
}
export interface PersonDetail {
  id: Id;
  version: number;
  name: string;
  title: string | null;
  specialty: string | null;
  work_phone: string | null;
  practice_years: number | null;
  licensed: boolean;
  positions: PositionDetail[];
  left_at: Time | null;
  /** For those who manage the directory. */
  private: {
    staff_number: string | null;
    email: string | null;
    licence_number: string | null;
    licence_from: Time | null;
    licence_until: Time | null;
    practising_since: Time | null;
    has_account: boolean;
  } | null;
}
export interface Agreement {
  id: Id;
  version: number;
  kind: 'consult' | 'referral';
  from: OrganisationRef;
  to: OrganisationRef;
  valid_from: Time;
  valid_until: Time | null;
}
export type ImportSheet = 'organisations' | 'departments' | 'people' | 'positions' | 'rosters';
export interface ImportFinding {
  sheet: ImportSheet | null;
  /** As the spreadsheet counts, from 1. */
  row: number;
  severity: 'error' | 'warning';
  code: string;
  field: string | null;
  value: string | null;
}
export interface ImportReport {
  applied: boolean;
  sheets: { sheet: ImportSheet; rows: number; created: number; changed: number; unchanged: number }[];
  errors: number;
  warnings: number;
  /** The first thousand. */
  findings: ImportFinding[];
}
export interface ActivationWaiting {
  without_account: number;
  with_code: number;
}
export interface ActivationSlip {
  person_id: Id;
  name: string;
  staff_number: string | null;
  department: string | null;
  /** A name to sign in with that is free; of an account that is there, its name. */
  login: string | null;
  /** For an account that is there: the code gives it a new password. */
  resets: boolean;
  code: string;
}
/** Shown once. */
export interface ActivationSheet {
  organisation: OrganisationRef;
  address: string;
  issued_at: Time;
  expires_at: Time;
  people: ActivationSlip[];
}
/** A person in one of their positions, as the box finds them. */
export interface Found {
  id: Id;
  position_id: Id;
  name: string;
  title: string | null;
  specialty: string | null;
  role: Role;
  organisation: OrganisationRef;
  department: DepartmentRef | null;
  work_phone: string | null;
  on_duty: { kind: DutyKind; rank: DutyRank; until: Time } | null;
  /** Who stands in: the deputy of their duty, or whoever is on duty for their department. */
  deputy: Reach | null;
}
export interface Capability {
  id: Id;
  version: number;
  organisation_id: Id;
  code: string;
  valid_from: Time;
  valid_until: Time | null;
}
export interface Facilities {
  version: number;
  coordinates: { latitude: number | null; longitude: number | null };
  capabilities: Capability[];
  catalogue: { code: string; text: unknown }[];
}
