import type { Must, Reads, Theirs } from './fits';
import type * as Ours from './notices';

export type Notices = Must<
  [
    Reads<Theirs['Notice'], Ours.Notice>,
    Reads<Theirs['Notices'], Ours.NoticeList>,
    Reads<Theirs['NoticePreferences'], Ours.NoticePreferences>,
    Reads<Theirs['Todos'], Ours.Todos>,
  ]
>;
