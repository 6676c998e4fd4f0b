import type { Must, Reads, Theirs, Writes } from './fits';
import type * as Ours from './messages';

export type Messages = Must<
  [
    Reads<Theirs['Thread'], Ours.Thread>,
    Reads<Theirs['MessagePage'], Ours.MessagePage>,
    Writes<Ours.MessageInput, Theirs['MessageInput']>,
  ]
>;
