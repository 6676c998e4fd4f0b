// What was said and what happened, in one order of time. Pure. Events older than the oldest message that is loaded wait
// until the messages of their time are, so that nothing moves when a page is added above.

import type { Message, TimelineEntry } from '@/lib/contract';

export type Line = { kind: 'message'; message: Message } | { kind: 'event'; entry: TimelineEntry };

const at = (line: Line): number =>
  Date.parse(line.kind === 'message' ? line.message.created_at : line.entry.recorded_at);

/** The oldest first. `messages` may be in any order; `whole` says that there are none before them. */
export function merged(messages: Message[], entries: TimelineEntry[], whole: boolean): Line[] {
  const said: Line[] = messages.map((message) => ({ kind: 'message', message }));
  const from = whole ? Number.NEGATIVE_INFINITY : Math.min(...said.map(at));
  const happened: Line[] = entries
    .filter((entry) => Date.parse(entry.recorded_at) >= from)
    .map((entry) => ({ kind: 'event', entry }));
  const order = (line: Line) => (line.kind === 'message' ? line.message.ordinal : line.entry.seq);
  return [...happened, ...said].sort(
    (a, b) => at(a) - at(b) || a.kind.localeCompare(b.kind) || order(a) - order(b),
  );
}
