// Where a patient could go.

import type { DepartmentRef, OrganisationRef, Time } from './common';

/** A place a patient could go to, with the numbers it is ranked by; null is unknown. */
export interface Suggestion {
  rank: number;
  organisation: OrganisationRef;
  level: string;
  department: DepartmentRef | null;
  agreement: boolean;
  /** `yes`, `no` or `unknown`. */
  capable: string;
  capability_valid_until: Time | null;
  distance_km: number | null;
  open_legs: number;
  open_beds: number | null;
  legs_per_bed: number | null;
  free_beds: { count: number; at: Time; stale: boolean } | null;
  duty: { name: string; phone: string | null }[];
  decides: { median_minutes: number; decisions: number } | null;
}
export interface Suggestions {
  need: string | null;
  items: Suggestion[];
}
