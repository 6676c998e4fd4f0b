// What is owed to a patient after a referral.

import type { Day, Id, OrganisationRef, Page, PersonRef, Time } from './common';
import type { PatientRef } from './patients';

export type FollowUpState = 'planned' | 'done' | 'not_reached' | 'cancelled';
export interface FollowUpResult {
  /** mmHg */
  systolic: number | null;
  diastolic: number | null;
  /** mmol/L */
  glucose: number | null;
  text: string;
}
export interface FollowUp {
  id: Id;
  version: number;
  case_id: Id;
  leg_id: Id;
  number: string;
  patient: PatientRef;
  /** Who owes it. */
  organisation: OrganisationRef;
  diagnosis: string;
  task: string;
  due_on: Day;
  overdue: boolean;
  state: FollowUpState;
  planned_by: PersonRef;
  result: FollowUpResult | null;
  attempts: { at: Time; note: string }[];
  reason: string | null;
  ended_by: PersonRef | null;
  ended_at: Time | null;
  allowed: string[];
}
export interface FollowUpInput {
  id: Id;
  leg_id: Id;
  organisation_id: Id | null;
  task: string;
  due_on: Day | null;
}
export interface FollowUpSuggestion {
  reason: 'after_discharge' | 'chronic';
  due_on: Day;
  organisations: OrganisationRef[];
}
export interface FollowUpPage extends Page<FollowUp> {
  counts: { overdue: number; today: number; later: number };
  suggestion: FollowUpSuggestion | null;
}
