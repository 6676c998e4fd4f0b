// Single-letter keys of the desk: inert in inputs, with modifiers and while an input method composes; they can be
// switched off (WCAG 2.2, 2.1.4), and the choice is kept on the device.

import { useEffect, useRef, useState } from 'react';

const STORED = 'consult.keys';

export function keyOf(event: KeyboardEvent): string | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.keyCode === 229)
    return null;
  const target = event.target instanceof HTMLElement ? event.target : null;
  if (target?.closest('input, textarea, select, [contenteditable="true"], [role="dialog"]')) return null;
  // Enter on a button or link is that button's.
  if (event.key === 'Enter' && target?.closest('button, a, summary')) return null;
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

export function useKeys(enabled: boolean, handlers: Record<string, () => void>): void {
  const current = useRef(handlers);
  current.current = handlers;
  useEffect(() => {
    if (!enabled) return;
    const listen = (event: KeyboardEvent) => {
      const key = keyOf(event);
      const handler = key === null ? undefined : current.current[key];
      if (!handler) return;
      event.preventDefault();
      handler();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [enabled]);
}

export function useKeysSetting(): [boolean, (on: boolean) => void] {
  const [on, setOn] = useState(() => {
    try {
      return localStorage.getItem(STORED) !== 'off';
    } catch {
      return true;
    }
  });
  return [
    on,
    (next) => {
      setOn(next);
      try {
        localStorage.setItem(STORED, next ? 'on' : 'off');
      } catch {
        // Forgotten with the page, nothing else.
      }
    },
  ];
}
