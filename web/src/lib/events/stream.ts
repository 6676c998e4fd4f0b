// One connection to /api/v1/events that mends itself: resumes after the last id, waits longer after each failure,
// and says when the server has been out of reach. Runs in the one tab that leads (see `leader.ts`).

import { openStream } from '../api';
import { asProblem } from '../problem';
import { EventParser, type ServerEvent } from './parse';

export type StreamState = 'connecting' | 'live' | 'lost';

export interface StreamCallbacks {
  event: (event: ServerEvent) => void;
  state: (state: StreamState) => void;
}

/** The server sends a comment every 15 s; three missed ones mean the line is dead although the socket says nothing. */
const SILENCE_MS = 45_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15_000;

/** Runs until `signal` aborts, or the session ends (401). `lastId` is where the previous leader stopped. */
export async function runStream(
  lastId: string | null,
  callbacks: StreamCallbacks,
  signal: AbortSignal,
): Promise<void> {
  let resume = lastId;
  let failures = 0;
  callbacks.state('connecting');
  while (!signal.aborted) {
    try {
      const opened = await readOnce(
        resume,
        () => {
          failures = 0;
          callbacks.state('live');
        },
        (event) => {
          if (event.id !== null) resume = event.id;
          callbacks.event(event);
        },
        signal,
      );
      // A server that closes politely (restart) is reached again at once; only a second failure is a loss.
      if (opened) failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      if (asProblem(error).status === 401) return;
    }
    if (signal.aborted) return;
    failures += 1;
    callbacks.state(failures > 1 ? 'lost' : 'connecting');
    await pause(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1)), signal);
  }
}

async function readOnce(
  lastId: string | null,
  opened: () => void,
  event: (event: ServerEvent) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const silence = new AbortController();
  const abort = () => silence.abort();
  signal.addEventListener('abort', abort);
  let timer = setTimeout(abort, SILENCE_MS);
  try {
    const response = await openStream(
      'events',
      lastId === null ? {} : { 'last-event-id': lastId },
      silence.signal,
    );
    if (!response.body) return false;
    opened();
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    const parser = new EventParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return true;
      clearTimeout(timer);
      timer = setTimeout(abort, SILENCE_MS);
      for (const item of parser.push(decoder.decode(value, { stream: true }))) event(item);
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

/** Resolves early when the browser says the network is back. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      window.removeEventListener('online', end);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    window.addEventListener('online', end);
    signal.addEventListener('abort', end);
  });
}
