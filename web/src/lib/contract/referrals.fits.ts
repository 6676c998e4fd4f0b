import type { Must, Reads, Theirs, Writes } from './fits';
import type * as Ours from './referrals';

export type Referrals = Must<
  [
    Reads<Theirs['LegRow'], Ours.LegRow>,
    Reads<Theirs['Leg'], Ours.Leg>,
    Writes<Ours.LegInput, Theirs['LegInput']>,
    Reads<Theirs['LegReceipts'], Ours.LegReceipts>,
  ]
>;
