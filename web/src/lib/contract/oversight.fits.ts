import type { Must, Reads, Theirs, Writes } from './fits';
import type * as Ours from './oversight';

export type Oversight = Must<
  [
    Reads<Theirs['BreakGlass'], Ours.BreakGlass>,
    Writes<Ours.BreakGlassInput, Theirs['BreakGlassInput']>,
    Reads<Theirs['BreakGlassCases'], Ours.BreakGlassCases>,
    Reads<Theirs['AccessLogEntry'], Ours.AccessLogEntry>,
    Reads<Theirs['AuditEntry'], Ours.AuditEntry>,
    Reads<Theirs['AuditPatient'], Ours.AuditPatient>,
  ]
>;
