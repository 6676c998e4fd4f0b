import type { Must, Reads, Theirs, Writes } from './fits';
import type * as Ours from './follow-ups';

export type FollowUps = Must<
  [
    Reads<Theirs['FollowUp'], Ours.FollowUp>,
    Reads<Theirs['FollowUpPage'], Ours.FollowUpPage>,
    Writes<Ours.FollowUpInput, Theirs['FollowUpInput']>,
  ]
>;
