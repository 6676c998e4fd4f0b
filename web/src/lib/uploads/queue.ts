// The queue of files on their way to the server, as a pure state machine: what happened goes in, what to start and
// what to stop comes out. The transport (tus) and the page are around it.

import type { UploadResult } from '../contract';

export type ItemState =
  /** Its turn has not come, or it waits after a cut line (`attempts` > 0). */
  | 'waiting'
  | 'sending'
  /** All bytes are there; the server stores and reads them. */
  | 'finishing'
  | 'done'
  | 'failed';

export interface QueueItem {
  key: string;
  name: string;
  size: number;
  state: ItemState;
  sent: number;
  /** Cuts of the line in a row; back to 0 when bytes flow again. */
  attempts: number;
  /** Not before this time, by the page's clock. */
  notBefore: number;
  results: UploadResult[];
  /** Why it failed, by problem code. */
  code: string | null;
}

export interface Queue {
  items: readonly QueueItem[];
  paused: boolean;
  online: boolean;
}

export const EMPTY_QUEUE: Queue = { items: [], paused: false, online: true };

export type QueueEvent =
  | { kind: 'added'; files: { key: string; name: string; size: number }[] }
  | { kind: 'started'; key: string }
  | { kind: 'progressed'; key: string; sent: number }
  | { kind: 'succeeded'; key: string; results: UploadResult[] }
  /** The line was cut: worth trying again by itself. */
  | { kind: 'cut'; key: string; at: number }
  | { kind: 'failed'; key: string; code: string }
  | { kind: 'retried'; key: string }
  | { kind: 'retriedAll' }
  | { kind: 'removed'; key: string }
  | { kind: 'paused' }
  | { kind: 'resumed' }
  | { kind: 'offline' }
  | { kind: 'online' };

/** At most this many at once: a slow line is shared by few, a fast one is filled. */
export const PARALLEL = 3;
const MOST_ATTEMPTS = 8;
const WAITS_MS = [1000, 2000, 4000, 8000, 15_000, 30_000, 30_000, 30_000];

const underWay = (item: QueueItem) => item.state === 'sending' || item.state === 'finishing';

function fresh(file: { key: string; name: string; size: number }): QueueItem {
  return { ...file, state: 'waiting', sent: 0, attempts: 0, notBefore: 0, results: [], code: null };
}

function mapItem(queue: Queue, key: string, change: (item: QueueItem) => QueueItem): Queue {
  return { ...queue, items: queue.items.map((item) => (item.key === key ? change(item) : item)) };
}

const again = (item: QueueItem): QueueItem =>
  item.state === 'failed' ? { ...item, state: 'waiting', attempts: 0, notBefore: 0, code: null } : item;

export function step(queue: Queue, event: QueueEvent): Queue {
  switch (event.kind) {
    case 'added': {
      const known = new Set(queue.items.map((item) => item.key));
      return {
        ...queue,
        items: [...queue.items, ...event.files.filter((file) => !known.has(file.key)).map(fresh)],
      };
    }
    case 'started':
      return mapItem(queue, event.key, (item) =>
        item.state === 'waiting' ? { ...item, state: 'sending' } : item,
      );
    case 'progressed':
      return mapItem(queue, event.key, (item) =>
        underWay(item)
          ? {
              ...item,
              sent: Math.min(item.size, event.sent),
              state: event.sent >= item.size ? 'finishing' : 'sending',
              attempts: event.sent > item.sent ? 0 : item.attempts,
            }
          : item,
      );
    case 'succeeded':
      return mapItem(queue, event.key, (item) => ({
        ...item,
        state: 'done',
        sent: item.size,
        results: event.results,
      }));
    case 'cut':
      return mapItem(queue, event.key, (item) => {
        if (!underWay(item)) return item;
        if (item.attempts + 1 >= MOST_ATTEMPTS) return { ...item, state: 'failed', code: 'page.unreachable' };
        const wait = WAITS_MS[item.attempts] ?? 30_000;
        return { ...item, state: 'waiting', attempts: item.attempts + 1, notBefore: event.at + wait };
      });
    case 'failed':
      return mapItem(queue, event.key, (item) => ({ ...item, state: 'failed', code: event.code }));
    case 'retried':
      return mapItem(queue, event.key, again);
    case 'retriedAll':
      return { ...queue, items: queue.items.map(again) };
    case 'removed':
      return { ...queue, items: queue.items.filter((item) => item.key !== event.key) };
    case 'paused':
      return stopAll({ ...queue, paused: true });
    case 'resumed':
      return { ...queue, paused: false };
    case 'offline':
      return stopAll({ ...queue, online: false });
    case 'online':
      // The line is back: nobody waits for a time chosen while it was away.
      return { ...queue, online: true, items: queue.items.map((item) => ({ ...item, notBefore: 0 })) };
  }
}

/** What was being sent waits and resumes from the bytes that the server has. */
function stopAll(queue: Queue): Queue {
  return {
    ...queue,
    items: queue.items.map((item) => (underWay(item) ? { ...item, state: 'waiting' } : item)),
  };
}

/** The keys to start now, in the order they were added. */
export function toStart(queue: Queue, now: number): string[] {
  if (queue.paused || !queue.online) return [];
  const free = PARALLEL - queue.items.filter(underWay).length;
  return queue.items
    .filter((item) => item.state === 'waiting' && item.notBefore <= now)
    .slice(0, Math.max(0, free))
    .map((item) => item.key);
}

/** When to look again although nothing happened: the earliest end of a wait. `null`: no need. */
export function nextLook(queue: Queue, now: number): number | null {
  if (queue.paused || !queue.online) return null;
  const times = queue.items
    .filter((item) => item.state === 'waiting' && item.notBefore > now)
    .map((item) => item.notBefore);
  return times.length > 0 ? Math.min(...times) : null;
}

export interface Totals {
  files: number;
  done: number;
  failed: number;
  bytes: number;
  sent: number;
  /** Something waits after a cut. */
  cut: boolean;
  active: boolean;
}

export function totals(queue: Queue): Totals {
  const sum: Totals = {
    files: queue.items.length,
    done: 0,
    failed: 0,
    bytes: 0,
    sent: 0,
    cut: false,
    active: false,
  };
  for (const item of queue.items) {
    sum.bytes += item.size;
    sum.sent += item.sent;
    if (item.state === 'done') sum.done += 1;
    else if (item.state === 'failed') sum.failed += 1;
    else sum.active = true;
    if (item.state === 'waiting' && item.attempts > 0) sum.cut = true;
  }
  return sum;
}
