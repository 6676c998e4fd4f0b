import type { Must, Reads, Theirs } from './fits';
import type * as Ours from './settings';

export type Settings = Must<
  [Reads<Theirs['SettingsState'], Ours.SettingsState>, Reads<Theirs['SettingsVersion'], Ours.SettingsVersion>]
>;
