// Keeps what the page shows true: an event names what changed, and the queries about it are asked again. Query keys
// begin with the kind of thing ("consult", "leg", "study", "patient", "notice"), then "list" or "one" and the id.
// While the stream is lost, everything on screen is asked again every 15 s, and the red bar says so.

import type { QueryClient } from '@tanstack/react-query';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { follow } from './leader';
import type { ServerEvent } from './parse';
import type { StreamState } from './stream';

const POLL_MS = 15_000;

let current: StreamState = 'connecting';
const listeners = new Set<() => void>();

function setState(next: StreamState): void {
  if (next === current) return;
  current = next;
  for (const listener of listeners) listener();
}

export function useStreamState(): StreamState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}

interface Changed {
  kind: string;
  id: string;
}

/** Everything on screen is asked again; who is signed in is another matter. */
function refresh(client: QueryClient): void {
  void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'session' });
}

export function apply(client: QueryClient, event: ServerEvent): void {
  if (event.event === 'changed') {
    const changed = parse<Changed>(event.data);
    if (!changed) return;
    void client.invalidateQueries({ queryKey: [changed.kind, 'list'] });
    void client.invalidateQueries({ queryKey: [changed.kind, 'one', changed.id] });
    // Reading a leg changes nothing in it but who has read it.
    if (changed.kind === 'leg_receipts') {
      void client.invalidateQueries({ queryKey: ['leg', 'one', changed.id, 'receipts'] });
      void client.invalidateQueries({ queryKey: ['leg', 'list', 'sent'] });
    }
    // A hold is a leg's.
    if (changed.kind === 'leg') void client.invalidateQueries({ queryKey: ['beds', 'list'] });
    if (changed.kind === 'study') void client.invalidateQueries({ queryKey: ['consult', 'one'] });
  } else if (event.event === 'notice') {
    void client.invalidateQueries({ queryKey: ['notice'] });
    void client.invalidateQueries({ queryKey: ['todo'] });
    // Somebody else ended what this person had open.
    void client.invalidateQueries({ queryKey: ['break_glass', 'list', 'mine'] });
  } else if (event.event === 'todo') {
    void client.invalidateQueries({ queryKey: ['todo'] });
  } else if (event.event === 'reload') {
    // More was missed than the server tells again.
    refresh(client);
  }
}

function parse<T>(text: string): T | null {
  try {
    return JSON.parse(text) as T;
  } catch {
    return null;
  }
}

/** Mounted once, while somebody is signed in. */
export function useLiveUpdates(): void {
  const client = useQueryClient();
  useEffect(() => {
    let poll: ReturnType<typeof setInterval> | undefined;
    let wasLost = false;
    const end = follow({
      event: (event) => apply(client, event),
      state: (state) => {
        setState(state);
        if (state === 'lost' && poll === undefined) {
          wasLost = true;
          poll = setInterval(() => refresh(client), POLL_MS);
        }
        if (state === 'live') {
          clearInterval(poll);
          poll = undefined;
          // What happened while nobody listened may lie further back than the server can resume.
          if (wasLost) refresh(client);
          wasLost = false;
        }
      },
    });
    return () => {
      clearInterval(poll);
      end();
      setState('connecting');
    };
  }, [client]);
}
