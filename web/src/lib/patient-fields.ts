// What is typed about a patient, and the rules for it; the same for registering and for editing. Pure.

import type { Day, IdentityKind, Patient, PatientInput, Sex } from './contract';
import { checkIdentity, type IdentityCheck, normalizeIdentity } from './identity';

export interface PatientFields {
  name: string;
  kind: IdentityKind;
  /** Empty while editing means: as it was. */
  number: string;
  sex: Sex;
  birthDate: string;
  phone: string;
  address: string;
}

export type PatientField = keyof PatientFields;
export type FieldFault =
  | 'required'
  | 'birthMismatch'
  | 'sexMismatch'
  | 'identity-length'
  | 'identity-region'
  | 'identity-birth-date'
  | 'identity-checksum'
  | 'birth-date-invalid'
  | 'phone-invalid';

export const EMPTY_PATIENT: PatientFields = {
  name: '',
  kind: 'resident_id',
  number: '',
  sex: 'unknown',
  birthDate: '',
  phone: '',
  address: '',
};

/** A number typed into the search is a number; anything else is a name. */
export function fieldsFromSearch(q: string): PatientFields {
  const text = q.trim();
  if (/^[\d\s]{6,}[\dXx]?$/.test(text)) return { ...EMPTY_PATIENT, number: normalizeIdentity(text) };
  return { ...EMPTY_PATIENT, name: text };
}

export function fieldsOf(patient: Patient): PatientFields {
  return {
    name: patient.name,
    kind: patient.identity.kind,
    number: '',
    sex: patient.sex,
    birthDate: patient.birth_date ?? '',
    phone: '',
    address: patient.address ?? '',
  };
}

/** Typing a whole valid number fills in what it says. */
export function withNumber(fields: PatientFields, number: string, today: Day): PatientFields {
  const next = { ...fields, number };
  const check = checkIdentity(number, today);
  return check.kind === 'right' ? { ...next, birthDate: check.birthDate, sex: check.sex } : next;
}

const PHONE = /^\+?[\d\s-]{5,20}$/;

export function numberCheck(fields: PatientFields, today: Day): IdentityCheck {
  return fields.kind === 'resident_id' ? checkIdentity(fields.number, today) : { kind: 'empty' };
}

/** What is wrong by field, once the form is to be saved. `editing`: a number is there already. */
export function faults(
  fields: PatientFields,
  today: Day,
  editing: IdentityKind | null,
): Partial<Record<PatientField, FieldFault>> {
  const found: Partial<Record<PatientField, FieldFault>> = {};
  if (!fields.name.trim()) found.name = 'required';
  const kept = editing === fields.kind && fields.number.trim() === '';
  if (fields.kind === 'resident_id' && !kept) {
    const check = checkIdentity(fields.number, today);
    if (check.kind === 'empty') found.number = 'required';
    if (check.kind === 'typing') found.number = 'identity-length';
    if (check.kind === 'wrong') found.number = check.fault;
    if (check.kind === 'right') {
      if (fields.birthDate && fields.birthDate !== check.birthDate) found.birthDate = 'birthMismatch';
      if (fields.sex !== 'unknown' && fields.sex !== check.sex) found.sex = 'sexMismatch';
    }
  }
  if (fields.kind === 'passport' && !kept && !fields.number.trim()) found.number = 'required';
  if (fields.birthDate && fields.birthDate > today) found.birthDate = 'birth-date-invalid';
  if (fields.phone.trim() && !PHONE.test(fields.phone.trim())) found.phone = 'phone-invalid';
  return found;
}

function identityOf(fields: PatientFields): PatientInput['identity'] {
  const value =
    fields.kind === 'resident_id'
      ? normalizeIdentity(fields.number)
      : fields.kind === 'passport'
        ? fields.number.trim()
        : null;
  return { kind: fields.kind, value };
}

const orNull = (text: string): string | null => text.trim() || null;

export function inputOf(id: string, fields: PatientFields): PatientInput {
  return {
    id,
    name: fields.name.trim(),
    sex: fields.sex,
    birth_date: orNull(fields.birthDate),
    identity: identityOf(fields),
    phone: orNull(fields.phone),
    address: orNull(fields.address),
  };
}

/** Only what was changed, so that two people who edit different things do not collide. */
export function changesOf(before: Patient, fields: PatientFields): Partial<PatientInput> {
  const was = fieldsOf(before);
  const changes: Partial<PatientInput> = {};
  if (fields.name.trim() !== was.name) changes.name = fields.name.trim();
  if (fields.sex !== was.sex) changes.sex = fields.sex;
  if (fields.birthDate !== was.birthDate) changes.birth_date = orNull(fields.birthDate);
  if (fields.kind !== was.kind || fields.number.trim()) changes.identity = identityOf(fields);
  if (fields.phone.trim()) changes.phone = fields.phone.trim();
  if (fields.address.trim() !== was.address) changes.address = orNull(fields.address);
  return changes;
}

export interface Collision {
  field: 'name' | 'sex' | 'birth_date' | 'identity' | 'phone' | 'address';
  theirs: string | null;
  mine: string | null;
}

function shown(patient: Patient, field: Collision['field']): string | null {
  switch (field) {
    case 'identity':
      return patient.identity.masked;
    case 'phone':
      return patient.phone_masked;
    default:
      return patient[field];
  }
}

/** Where my change and the one saved meanwhile meet in the same field and differ. */
export function collisions(before: Patient, current: Patient, mine: Partial<PatientInput>): Collision[] {
  const found: Collision[] = [];
  for (const field of ['name', 'sex', 'birth_date', 'identity', 'phone', 'address'] as const) {
    if (mine[field] === undefined) continue;
    const theirs = shown(current, field);
    if (theirs === shown(before, field)) continue;
    const value = field === 'identity' ? (mine.identity?.value ?? null) : (mine[field] ?? null);
    if (value !== theirs) found.push({ field, theirs, mine: value });
  }
  return found;
}
