// A referral that a hospital without an account reads once, by a code.

import type { ConsentKind, Day, Id, PersonRef, Time } from './common';
import type { IdentityKind, Sex } from './patients';
import type { Direction, LegUrgency, ReferralForm } from './referrals';

export interface Package {
  id: Id;
  state: 'waiting' | 'opened' | 'expired' | 'revoked';
  made_by: PersonRef;
  created_at: Time;
  expires_at: Time;
  opened_at: Time | null;
  revoked_at: Time | null;
  letter: { email: string; state: 'waiting' | 'sent' | 'failed' } | null;
}
export interface PackageSender {
  organisation: string;
  organisation_phone: string | null;
  doctor: string;
  doctor_phone: string | null;
}
/** Shown once. */
export interface NewPackage {
  package: Package;
  code: string;
  address: string;
  /** SVG */
  qr: string;
  sheet: { number: string; to: string; from: PackageSender };
}
/** What the other hospital reads. */
export interface PackageContent {
  number: string;
  direction: Direction;
  urgency: LegUrgency;
  submitted_at: Time | null;
  from: PackageSender;
  to: string;
  to_department: string | null;
  patient: {
    name: string;
    sex: Sex;
    birth_date: Day | null;
    age: number | null;
    identity: { kind: IdentityKind; masked: string | null };
    phone_masked: string | null;
  };
  form: ReferralForm;
  consent: ConsentKind | null;
  readable_until: Time;
}
