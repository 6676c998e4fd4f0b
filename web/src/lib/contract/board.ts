// The transfer desk's saved views, the slip on paper, and telephone calls.

import type { Id, OrganisationRef, PersonRef, Time } from './common';
import type { Direction, LegUrgency } from './referrals';

/** What a saved view of the board shows; null and false do not narrow. */
export interface BoardFilter {
  group: 'waiting' | 'coming' | 'here' | 'open' | 'done';
  urgency: LegUrgency | null;
  direction: Direction | null;
  department_id: Id | null;
  from_organisation_id: Id | null;
  overdue: boolean;
  mine: boolean;
  text: string;
}
export interface BoardView {
  name: string;
  filter: BoardFilter;
}
export interface BoardViews {
  /** 0 before the first was saved. */
  version: number;
  items: BoardView[];
}
/** What is printed on the patient's slip beside the leg: it proves the paper, and tells nothing about the patient. */
export interface Slip {
  number: string;
  code: string;
  url: string;
}
export type Callee = 'sender' | 'receiver' | 'patient' | 'other';
export type CallResult = 'reached' | 'not_reached' | 'wrong_number' | 'call_back';
export interface LegCall {
  id: Id;
  callee: Callee;
  result: CallResult;
  whom: string;
  note: string;
  called_at: Time;
  author: PersonRef;
}
export interface LegCallInput {
  id: Id;
  callee: Callee;
  result: CallResult;
  whom: string;
  note: string;
  called_at: Time;
}
export interface Contact {
  callee: Callee;
  organisation: OrganisationRef;
  /** Null for the organisation's own number. */
  person: PersonRef | null;
  part: string;
  phone: string;
}
export interface LegCalls {
  items: LegCall[];
  contacts: Contact[];
}
