// Bed figures and what is held of them.

import type { DepartmentRef, Id, OrganisationRef, PersonRef, Time } from './common';
import type { PatientRef } from './patients';

export interface BedFigure {
  open: number;
  occupied: number;
  free: number;
  expected_free: number | null;
  source: 'hand' | 'file' | 'feed';
  at: Time;
  set_by: PersonRef | null;
  stale: boolean;
}
export interface BedHold {
  leg_id: Id;
  leg_version: number;
  number: string;
  patient: PatientRef;
  kind: string;
  resource: string;
  hold_until: Time | null;
  may_release: boolean;
}
export interface BedRow {
  department: DepartmentRef;
  code: string;
  version: number;
  figure: BedFigure | null;
  available: number | null;
  over_held: number;
  holds: BedHold[];
}
export interface BedBoard {
  organisation: OrganisationRef;
  stale_minutes: number;
  may_edit: boolean;
  departments: BedRow[];
  other_holds: BedHold[];
}
export interface BedReport {
  applied: boolean;
  rows: number;
  changed: number;
  unchanged: number;
  older: number;
  errors: number;
  findings: { row: number; code: string; field: string; value: string }[];
}
