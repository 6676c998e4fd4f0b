// One timer for every running clock on the page; it sleeps while nobody watches and while the page is hidden.

import { useSyncExternalStore } from 'react';
import { clock } from './clock';

const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = clock.now();

function tick(): void {
  if (document.hidden) return;
  now = clock.now();
  for (const watcher of watchers) watcher();
}

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  if (timer === undefined) {
    now = clock.now();
    timer = setInterval(tick, 1000);
    document.addEventListener('visibilitychange', tick);
  }
  return () => {
    watchers.delete(watcher);
    if (watchers.size === 0) {
      clearInterval(timer);
      timer = undefined;
      document.removeEventListener('visibilitychange', tick);
    }
  };
}

const asleep = () => () => undefined;

/** The server's time in milliseconds, renewed every second while `running`. */
export function useNow(running = true): number {
  return useSyncExternalStore(running ? watch : asleep, () => now);
}
