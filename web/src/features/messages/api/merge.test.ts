import { expect, it } from 'vitest';
import type { Message, TimelineEntry } from '@/lib/contract';
import { merged } from './merge';

const minute = (n: number) => new Date(Date.UTC(2026, 10, 23, 2, n)).toISOString();
const message = (ordinal: number, n: number) =>
  ({ id: `m${ordinal}`, ordinal, created_at: minute(n) }) as Message;
const event = (seq: number, n: number) => ({ id: `e${seq}`, seq, recorded_at: minute(n) }) as TimelineEntry;
const ids = (...args: Parameters<typeof merged>) =>
  merged(...args).map((line) => (line.kind === 'message' ? line.message.id : line.entry.id));

it('puts what was said and what happened in the order of time', () => {
  const messages = [message(3, 9), message(2, 4), message(1, 1)];
  expect(ids(messages, [event(7, 5), event(5, 0), event(6, 4)], true)).toEqual([
    'e5',
    'm1',
    'e6',
    'm2',
    'e7',
    'm3',
  ]);
});

it('keeps back what happened before the oldest message that is loaded', () => {
  expect(ids([message(3, 9)], [event(5, 0), event(7, 9), event(8, 12)], false)).toEqual(['e7', 'm3', 'e8']);
  expect(ids([], [event(5, 0)], true)).toEqual(['e5']);
});
