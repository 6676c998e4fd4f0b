import type * as Ours from './common';
import type { Must, Reads, Theirs } from './fits';

export type Common = Must<[Reads<Theirs['TimelineEntry'], Ours.TimelineEntry>]>;
