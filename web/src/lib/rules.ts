// The rules of the referral form as the alliance keeps them: criteria (转诊指征), templates, questions. The server judges a form
// again when it is written; here the same is shown while somebody types. Held to the same vectors as the server. Pure.

import type { LegUrgency, ReferralReason } from './contract';

export interface Words {
  zh: string;
  en: string;
}
export const inLanguage = (words: Words, language: string): string =>
  language.startsWith('zh') ? words.zh : words.en;

type Compare = 'lt' | 'le' | 'gt' | 'ge';
export type Condition =
  | { sign: string; compare: Compare; value: number }
  | { question: string; compare: Compare; value: number }
  | { question: string; is: boolean };

export interface Criterion {
  code: string;
  direction: 'up' | 'down';
  disease: string;
  text: Words;
  active?: boolean;
  /** Met when every condition of one of these is. */
  when: Condition[][];
}
export interface CriteriaSet {
  version: number;
  items: Criterion[];
}
export interface Template {
  code: string;
  text: Words;
  active?: boolean;
  urgency: LegUrgency;
  need: string;
  departments: string[];
  reason: ReferralReason;
  complaint: Words;
  vitals: string[];
  questions: string[];
}
export interface Question {
  code: string;
  kind: 'yes_no' | 'number';
  unit: string;
  text: Words;
}
export interface CapabilityKind {
  code: string;
  text: Words;
}
export interface FormRules {
  criteria: CriteriaSet;
  templates: Template[];
  questions: Question[];
  capabilities: CapabilityKind[];
}

/** The number a text begins with; full-width digits are digits. */
export function numberOf(text: string): number | null {
  const narrow = text
    .trim()
    .replace(/[０-９]/g, (sign) => String(sign.charCodeAt(0) - 0xff10))
    .replace(/．/g, '.');
  const head = /^[\d.]*/.exec(narrow)?.[0] ?? '';
  return /^(\d+\.?\d*|\.\d+)$/.test(head) ? Number(head) : null;
}

type Texts = Record<string, string>;

function measured(vitals: Texts, sign: string): number | null {
  const part = sign === 'systolic' ? 0 : sign === 'diastolic' ? 1 : null;
  if (part === null) return numberOf(vitals[sign] ?? '');
  return numberOf((vitals.blood_pressure ?? '').replace(/／/g, '/').split('/')[part] ?? '');
}

function compares(left: number | null, compare: Compare, right: number): boolean {
  if (left === null) return false;
  return {
    lt: left < right,
    le: left <= right,
    gt: left > right,
    ge: left >= right,
  }[compare];
}

function holds(condition: Condition, vitals: Texts, answers: Texts): boolean {
  if ('sign' in condition)
    return compares(measured(vitals, condition.sign), condition.compare, condition.value);
  const answer = answers[condition.question];
  if ('is' in condition) return answer === (condition.is ? 'yes' : 'no');
  return compares(numberOf(answer ?? ''), condition.compare, condition.value);
}

/** The codes of the criteria that are met, in the order of the set. What is not known meets nothing. */
export function evaluate(set: CriteriaSet, vitals: Texts, answers: Texts): string[] {
  return set.items
    .filter((one) => one.active !== false)
    .filter((one) =>
      one.when.some((all) => all.length > 0 && all.every((condition) => holds(condition, vitals, answers))),
    )
    .map((one) => one.code);
}
