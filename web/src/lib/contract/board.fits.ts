import type * as Ours from './board';
import type { Must, Reads, Theirs, Writes } from './fits';

export type Board = Must<
  [
    Reads<Theirs['BoardViews'], Ours.BoardViews>,
    Writes<Ours.BoardView, Theirs['BoardView']>,
    Reads<Theirs['Slip'], Ours.Slip>,
    Reads<Theirs['LegCalls'], Ours.LegCalls>,
    Writes<Ours.LegCallInput, Theirs['CallInput']>,
  ]
>;
