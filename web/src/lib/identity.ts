// The resident identity number (GB 11643), checked while it is typed: the server checks it again by the same rule.
// Shape: 6 digits region, 8 birth date, 3 sequence (odd = male), 1 check character.

import type { Day, Sex } from './contract';

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const CHECK = '10X98765432';

/** The first two digits of the region (GB/T 2260): provinces, municipalities, SARs, and 83 for residents from Taiwan. */
const PROVINCES = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83'.split(
    ' ',
  ),
);

export type IdentityFault =
  | 'identity-length'
  | 'identity-region'
  | 'identity-birth-date'
  | 'identity-checksum';

export type IdentityCheck =
  | { kind: 'empty' }
  /** Nothing wrong so far; `rest` characters are missing. */
  | { kind: 'typing'; rest: number }
  | { kind: 'wrong'; fault: IdentityFault }
  | { kind: 'right'; birthDate: Day; sex: Exclude<Sex, 'unknown'> };

/** Full-width digits and spaces come from phones and copied tables; the x is a capital. */
export function normalizeIdentity(text: string): string {
  return text
    .replace(/[０-９Ｘｘ]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replace(/[\s\-·]/g, '')
    .toUpperCase();
}

function isRealDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/** `today` is the alliance's day: nobody is born later. */
export function checkIdentity(text: string, today: Day): IdentityCheck {
  const value = normalizeIdentity(text);
  if (value === '') return { kind: 'empty' };
  if (value.length > 18 || !/^\d{0,17}[\dX]?$/.test(value) || (value.length < 18 && value.includes('X'))) {
    return { kind: 'wrong', fault: 'identity-length' };
  }
  if (value.length >= 2 && !PROVINCES.has(value.slice(0, 2)))
    return { kind: 'wrong', fault: 'identity-region' };
  const birth = value.slice(6, 14);
  if (
    birth.length >= 2 &&
    birth.slice(0, 2) !== '19' &&
    birth.slice(0, 2) !== '20' &&
    birth.slice(0, 2) !== '18'
  ) {
    return { kind: 'wrong', fault: 'identity-birth-date' };
  }
  if (birth.length === 8) {
    const day = `${birth.slice(0, 4)}-${birth.slice(4, 6)}-${birth.slice(6, 8)}`;
    const real = isRealDay(Number(birth.slice(0, 4)), Number(birth.slice(4, 6)), Number(birth.slice(6, 8)));
    if (!real || day > today) return { kind: 'wrong', fault: 'identity-birth-date' };
  }
  if (value.length < 18) return { kind: 'typing', rest: 18 - value.length };
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(value[i]), 0);
  if (CHECK[sum % 11] !== value[17]) return { kind: 'wrong', fault: 'identity-checksum' };
  return {
    kind: 'right',
    birthDate: `${birth.slice(0, 4)}-${birth.slice(4, 6)}-${birth.slice(6, 8)}`,
    sex: Number(value[16]) % 2 === 1 ? 'male' : 'female',
  };
}
