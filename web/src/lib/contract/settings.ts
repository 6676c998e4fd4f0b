// The alliance's rules and their versions.

import type { PersonRef, Time } from './common';

export interface SettingsChange {
  path: string;
  from: unknown;
  to: unknown;
}
export interface SettingsState {
  version: number;
  rules: unknown;
  defaults: unknown;
}
export interface SettingsVersion {
  version: number;
  changed_by: PersonRef | null;
  changed_at: Time;
  changes: SettingsChange[];
  restored_from: number | null;
}
