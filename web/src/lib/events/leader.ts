// One event stream per browser, not per tab: HTTP/1.1 allows six connections a host, and eight tabs would freeze.
// The tab that holds the Web Lock leads and passes everything on over a BroadcastChannel; when it closes, the next
// one takes the lock and resumes after the last id that all have seen. Without Web Locks (Safari before 15.4) each
// tab keeps its own stream.

import type { ServerEvent } from './parse';
import { runStream, type StreamState } from './stream';

const NAME = 'consult-events';

type Message =
  | { kind: 'event'; event: ServerEvent }
  | { kind: 'state'; state: StreamState }
  /** A tab that has just come asks how things stand. */
  | { kind: 'hello' };

export interface Follower {
  event: (event: ServerEvent) => void;
  state: (state: StreamState) => void;
}

/** Starts following; the returned function ends it and hands the lead on. */
export function follow(follower: Follower): () => void {
  const stop = new AbortController();
  const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(NAME);
  let lastId: string | null = null;
  let state: StreamState = 'connecting';
  let leading = false;

  const take = (message: Message) => {
    if (message.kind === 'hello') {
      if (leading) channel?.postMessage({ kind: 'state', state } satisfies Message);
    } else if (message.kind === 'event') {
      if (message.event.id !== null) lastId = message.event.id;
      follower.event(message.event);
    } else {
      state = message.state;
      follower.state(message.state);
    }
  };
  if (channel) channel.onmessage = (event: MessageEvent<Message>) => take(event.data);

  const lead = async () => {
    leading = true;
    const tell = (message: Message) => {
      take(message);
      channel?.postMessage(message);
    };
    await runStream(
      lastId,
      {
        event: (event) => tell({ kind: 'event', event }),
        state: (next) => tell({ kind: 'state', state: next }),
      },
      stop.signal,
    );
    leading = false;
  };

  if (channel && 'locks' in navigator) {
    navigator.locks.request(NAME, { signal: stop.signal }, lead).catch(() => undefined);
    channel.postMessage({ kind: 'hello' } satisfies Message);
  } else {
    void lead();
  }
  return () => {
    stop.abort();
    channel?.close();
  };
}
