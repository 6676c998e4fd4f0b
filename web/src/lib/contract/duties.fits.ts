import type * as Ours from './duties';
import type { Must, Reads, Theirs } from './fits';

export type Duties = Must<[Reads<Theirs['Duty'], Ours.Duty>, Reads<Theirs['Swap'], Ours.Swap>]>;
