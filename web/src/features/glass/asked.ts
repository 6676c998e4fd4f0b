// What is typed when somebody asks for emergency access, and the rules for it. Pure.

import type { BreakGlassInput, BreakGlassReason, Day } from '@/lib/contract';
import { checkIdentity, normalizeIdentity } from '@/lib/identity';
import { fieldsFromSearch } from '@/lib/patient-fields';

export const REASONS: BreakGlassReason[] = ['emergency_treatment', 'unconscious', 'mass_casualty', 'other'];
export const MINUTES = ['30', '60', '120', '180'] as const;
/** The server's least; shorter ones tell a reviewer nothing. */
const LEAST_WORDS = 10;

export interface Asked {
  by: 'number' | 'name';
  number: string;
  name: string;
  birthDate: string;
  reason: BreakGlassReason | null;
  explanation: string;
  minutes: (typeof MINUTES)[number];
}
export type AskedField = 'number' | 'name' | 'birthDate' | 'reason' | 'explanation';
export type AskedFault = 'required' | 'number' | 'future' | 'explanation';

/** Takes over what the search of patients was asked for. */
export function emptyAsked(q: string): Asked {
  const { number, name } = fieldsFromSearch(q);
  return {
    by: name ? 'name' : 'number',
    number,
    name,
    birthDate: '',
    reason: null,
    explanation: '',
    minutes: '60',
  };
}

export function faults(asked: Asked, today: Day): Partial<Record<AskedField, AskedFault>> {
  const found: Partial<Record<AskedField, AskedFault>> = {};
  if (asked.by === 'number') {
    const { kind } = checkIdentity(asked.number, today);
    if (kind === 'empty') found.number = 'required';
    else if (kind !== 'right') found.number = 'number';
  } else {
    if (!asked.name.trim()) found.name = 'required';
    if (!asked.birthDate) found.birthDate = 'required';
    else if (asked.birthDate > today) found.birthDate = 'future';
  }
  if (asked.reason === null) found.reason = 'required';
  if ([...asked.explanation.trim()].length < LEAST_WORDS) found.explanation = 'explanation';
  return found;
}

export function inputOf(asked: Asked): Omit<BreakGlassInput, 'id'> {
  return {
    patient:
      asked.by === 'number'
        ? { resident_id: normalizeIdentity(asked.number), name: null, birth_date: null }
        : { resident_id: null, name: asked.name.trim(), birth_date: asked.birthDate },
    reason: asked.reason ?? 'other',
    explanation: asked.explanation.trim(),
    minutes: Number(asked.minutes),
  };
}
