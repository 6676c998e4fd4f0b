import type { Must, Reads, Theirs } from './fits';
import type * as Ours from './routing';

export type Routing = Must<[Reads<Theirs['Suggestions'], Ours.Suggestions>]>;
