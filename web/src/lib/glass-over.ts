// An emergency access that has ended while its pages were open: they say so, instead of "not found".

import { useSyncExternalStore } from 'react';

export interface GlassOver {
  patient: string;
  /** By the server's clock, in milliseconds. */
  at: number;
  /** The pages that were visited while it was open. */
  paths: ReadonlySet<string>;
}

let over: GlassOver | null = null;
const listeners = new Set<() => void>();

export function setGlassOver(next: GlassOver | null): void {
  over = next;
  for (const listener of listeners) listener();
}

export function useGlassOver(): GlassOver | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => over,
  );
}
