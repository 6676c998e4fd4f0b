// Who is on duty, and who swaps with whom.

import type { DepartmentRef, Id, OrganisationRef, Time } from './common';

/** Somebody with the number they answer at work. */
export interface Reach {
  id: Id;
  name: string;
  work_phone: string | null;
}
export type DutyKind = 'department' | 'hospital' | 'alliance';
export type DutyRank = 'duty' | 'deputy';
export interface Duty {
  id: Id;
  version: number;
  kind: DutyKind;
  organisation: OrganisationRef | null;
  department: DepartmentRef | null;
  person: Reach;
  rank: DutyRank;
  starts_at: Time;
  ends_at: Time;
}
export interface Swap {
  id: Id;
  version: number;
  offered_duty_id: Id;
  wanted_duty_id: Id | null;
  from: Reach;
  to: Reach;
  state: 'offered' | 'accepted' | 'declined' | 'withdrawn';
  created_at: Time;
}
