// The report while it is being written: what is typed, what the server has, and what follows from the two.
// Pure; `use-draft.ts` keeps it on the device and sends it.
import type { Consult, Diagnosis, Report, ReportDisposition } from '@/lib/contract';

export interface ReportText {
  findings: string;
  diagnosis: Diagnosis;
  advice: string;
  disposition: ReportDisposition | null;
}

export const emptyText: ReportText = {
  findings: '',
  diagnosis: { code: null, system: null, system_version: null, text: '' },
  advice: '',
  disposition: null,
};

/** Where the diagnosis code comes from (code, system and version are kept together: names are never matched). */
export const codeSystem = { system: 'ICD-10', version: '2019' } as const;

export type Saving =
  | { is: 'clean' }
  /** Typed and kept on the device, not yet at the server. */
  | { is: 'on_device' }
  | { is: 'saving' }
  | { is: 'saved'; at: number }
  /** Not sent; it stays on the device and is tried again. */
  | { is: 'failed' }
  /** The consult changed on the server meanwhile: a human decides. */
  | { is: 'conflict'; theirs: ReportText };

export function textOf(report: Report | null): ReportText {
  if (!report) return emptyText;
  const { findings, diagnosis, advice, disposition } = report;
  return { findings, diagnosis, advice, disposition };
}

export function same(a: ReportText, b: ReportText): boolean {
  return (
    a.findings === b.findings &&
    a.advice === b.advice &&
    a.disposition === b.disposition &&
    a.diagnosis.text === b.diagnosis.text &&
    (a.diagnosis.code ?? '') === (b.diagnosis.code ?? '') &&
    (a.diagnosis.system ?? '') === (b.diagnosis.system ?? '') &&
    (a.diagnosis.system_version ?? '') === (b.diagnosis.system_version ?? '')
  );
}

/** A code without a system means nothing: both come and go together. */
export function withCode(diagnosis: Diagnosis, code: string): Diagnosis {
  const trimmed = code.trim().toUpperCase();
  if (trimmed === '') return { ...diagnosis, code: null, system: null, system_version: null };
  return {
    ...diagnosis,
    code: trimmed,
    system: diagnosis.system ?? codeSystem.system,
    system_version: diagnosis.system_version ?? codeSystem.version,
  };
}

export type Missing = 'findings' | 'diagnosis' | 'advice' | 'disposition';

/** What must be there before a signature, in the order of the form. */
export function missing(text: ReportText): Missing[] {
  const gaps: Missing[] = [];
  if (text.findings.trim() === '') gaps.push('findings');
  if (text.diagnosis.text.trim() === '') gaps.push('diagnosis');
  if (text.advice.trim() === '') gaps.push('advice');
  if (text.disposition === null) gaps.push('disposition');
  return gaps;
}

/** Kept on the device: the text, and the version of the report it was typed over. */
export interface Kept {
  text: ReportText;
  over: ReportText;
}

/**
 * What to show when the form opens. A kept draft wins while the server still has what it was typed over;
 * if the server has something else, both are there and the writer chooses.
 */
export function open(kept: Kept | null, server: ReportText): { text: ReportText; saving: Saving } {
  if (!kept || same(kept.text, server)) return { text: server, saving: { is: 'clean' } };
  if (same(kept.over, server)) return { text: kept.text, saving: { is: 'on_device' } };
  return { text: kept.text, saving: { is: 'conflict', theirs: server } };
}

export interface Writing {
  typed: ReportText;
  /** What the server had when this was typed. */
  over: ReportText;
  /** What is on its way to the server now. */
  sending: ReportText | null;
}

/**
 * What a report that arrives from the server means to whoever is writing: nothing new; one's own text, back
 * again; someone else's while nothing was typed, which is shown; or someone else's over what was typed.
 */
export function arrival(
  { typed, over, sending }: Writing,
  theirs: ReportText,
): 'known' | 'own' | 'adopt' | 'conflict' {
  if (same(theirs, over)) return 'known';
  if (same(theirs, typed) || (sending && same(theirs, sending))) return 'own';
  return same(typed, over) ? 'adopt' : 'conflict';
}

export function isEditable(consult: Consult): boolean {
  return (
    consult.allowed.includes('draft_report') ||
    consult.allowed.includes('sign') ||
    consult.allowed.includes('start')
  );
}
