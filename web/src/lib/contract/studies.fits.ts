import type { Must, Reads, Theirs } from './fits';
import type * as Ours from './studies';

export type Studies = Must<
  [
    Reads<Theirs['Study'], Ours.Study>,
    Reads<Theirs['Comparison'], Ours.Comparison>,
    Reads<Theirs['PendingStudies'], Ours.PendingStudies>,
    Reads<Theirs['Upload'], Ours.Upload>,
  ]
>;
