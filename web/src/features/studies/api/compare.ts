// What the images say of their person beside a record, field by field. Which fields contradict, the server decides by
// the rule that quarantines; here it is only told apart from what could not be compared at all. Pure.

import type { Comparison, Study } from '@/lib/contract';

export type ComparedField = 'name' | 'sex' | 'birth_date';
export type Verdict = 'same' | 'differs' | 'unsaid';

export interface Compared {
  field: ComparedField;
  verdict: Verdict;
}

const FIELDS: ComparedField[] = ['name', 'sex', 'birth_date'];

/** Whether both sides say something that can be held against the other. */
function isSaid(field: ComparedField, study: Study, { patient }: Comparison): boolean {
  const said = study.dicom_patient;
  switch (field) {
    case 'name':
      return said.name.trim() !== '';
    case 'sex':
      return (said.sex === 'M' || said.sex === 'F') && patient.sex !== 'unknown';
    case 'birth_date':
      return said.birth_date !== null && patient.birth_date !== null;
  }
}

export function compared(study: Study, comparison: Comparison): Compared[] {
  return FIELDS.map((field) => {
    if (comparison.mismatch.includes(field)) return { field, verdict: 'differs' };
    return { field, verdict: isSaid(field, study, comparison) ? 'same' : 'unsaid' };
  });
}

/** The study to go on with: the oldest that waits, those that contradict a record first. */
export function nextPending(quarantined: Study[], unassigned: Study[], done: string): Study | null {
  const waiting = (list: Study[]) => list.filter((study) => study.id !== done).at(-1);
  return waiting(quarantined) ?? waiting(unassigned) ?? null;
}
