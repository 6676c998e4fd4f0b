import type * as Ours from './beds';
import type { Must, Reads, Theirs } from './fits';

export type Beds = Must<
  [Reads<Theirs['BedBoard'], Ours.BedBoard>, Reads<Theirs['BedReport'], Ours.BedReport>]
>;
