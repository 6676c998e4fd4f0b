import type { Must, Reads, Theirs, Writes } from './fits';
import type * as Ours from './patients';

export type Patients = Must<
  [
    Reads<Theirs['Patient'], Ours.Patient>,
    Writes<Ours.PatientInput, Theirs['PatientInput']>,
    Reads<Theirs['Revealed'], Ours.Revealed>,
  ]
>;
