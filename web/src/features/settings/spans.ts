// Time limits as people say them, and the parts of the rules that the page edits. Pure.

import type { CriteriaSet, Template } from '@/lib/rules';

export const URGENCIES = ['emergency', 'urgent', 'routine'] as const;
export type Urgency = (typeof URGENCIES)[number];
export type ByUrgency = Record<Urgency, number>;

export const DUTIES = [
  'open',
  'decide',
  'answer',
  'hand_over',
  'reserve',
  'arrive',
  'arrive_after_eta',
  'see',
  'note',
  'acknowledge',
  'react',
  'rebook',
  'answer_cancel',
  'submit_next',
] as const;
export type Duty = (typeof DUTIES)[number];
/** Spans without a ladder of their own. */
export const PLAIN = ['complete_record', 'step'] as const;
export type Plain = (typeof PLAIN)[number];

export const LADDERS = ['receiver', 'sender', 'manager', 'both_call'] as const;
export type Ladder = (typeof LADDERS)[number];

export interface Rule {
  within: ByUrgency;
  ladder: Ladder;
}
export type Deadlines = Record<Duty, Rule> & Record<Plain, ByUrgency>;

export interface Rules {
  deadlines: Deadlines;
  criteria: CriteriaSet;
  templates: Template[];
  beds: { stale_minutes: number };
}

export const MINUTE = 60_000;
const LONGEST = 30 * 24 * 60;

/** Whole minutes of a field; `null` for what is no time limit: 1 minute to 30 days. */
export function minutesOf(text: string): number | null {
  const trimmed = text.trim();
  if (!/^\d{1,5}$/.test(trimmed)) return null;
  const minutes = Number(trimmed);
  return minutes >= 1 && minutes <= LONGEST ? minutes : null;
}

/** 90 → 1 h 30 min, as days, hours and minutes. */
export function partsOf(minutes: number): { days: number; hours: number; minutes: number } {
  return {
    days: Math.floor(minutes / 1440),
    hours: Math.floor((minutes % 1440) / 60),
    minutes: minutes % 60,
  };
}

/** What is different, ready to be sent: only the parts that changed. */
export function patchOf(before: Rules, after: Rules): Partial<Rules> {
  const keys: (keyof Rules)[] = ['deadlines', 'criteria', 'templates', 'beds'];
  return Object.fromEntries(
    keys
      .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
      .map((key) => [key, after[key]]),
  );
}
