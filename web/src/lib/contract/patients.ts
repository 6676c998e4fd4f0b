// Patients as the record keeps them.

import type { Day, Id, OrganisationRef, Time } from './common';

export type Sex = 'male' | 'female' | 'unknown';
export type IdentityKind = 'resident_id' | 'passport' | 'newborn' | 'unidentified';
export interface PatientRef {
  id: Id;
  name: string;
  sex: Sex;
  birth_date: Day | null;
  age: number | null;
}
export interface Patient extends PatientRef {
  version: number;
  identity: { kind: IdentityKind; masked: string | null };
  phone_masked: string | null;
  address: string | null;
  registered_by: OrganisationRef;
  created_at: Time;
  updated_at: Time;
}
/** What the masks hide; asking for it is an act in the audit trail. */
export interface Revealed {
  identity: { kind: IdentityKind; value: string | null };
  phone: string | null;
}
export interface PatientInput {
  id: Id;
  name: string;
  sex: Sex;
  birth_date: Day | null;
  identity: { kind: IdentityKind; value: string | null };
  phone: string | null;
  address: string | null;
}
