// A short confirmation that goes by itself. Never for an error: errors stay where they happened.

import { useSyncExternalStore } from 'react';
import { Icon } from './icon';

interface Toast {
  id: number;
  text: string;
}
let toasts: readonly Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();

function set(value: readonly Toast[]): void {
  toasts = value;
  for (const listener of listeners) listener();
}

export function toast(text: string): void {
  const id = next++;
  set([...toasts.slice(-2), { id, text }]);
  setTimeout(() => set(toasts.filter((item) => item.id !== id)), 4000);
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <div className="toasts" aria-live="polite">
      {shown.map((item) => (
        <div className="toast" key={item.id}>
          <Icon name="checkCircle" /> {item.text}
        </div>
      ))}
    </div>
  );
}
