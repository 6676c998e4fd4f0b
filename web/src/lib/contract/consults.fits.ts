import type * as Ours from './consults';
import type { Must, Reads, Theirs, Writes } from './fits';

export type Consults = Must<
  [
    Reads<Theirs['ConsultRow'], Ours.ConsultRow>,
    Reads<Theirs['Consult'], Ours.Consult>,
    Writes<Ours.ConsultInput, Theirs['ConsultInput']>,
  ]
>;
