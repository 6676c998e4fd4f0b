// A long list of which only the rows near the screen stand in the page, with room for the others, so that scrolling costs the same
// however long it is. Whoever has the focus stays, wherever it is scrolled; on paper all of them stand there. What is on screen
// does not move when rows above it turn out taller than they were taken for, or come and go.

import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { between, height, type Piece, pieces, type Span, step } from '../api/span';

/** So many rows stand there at first. */
const FIRST = 16;
/** So many come at most between two frames. */
const MOST = 4;
/** How far beyond the screen rows stand ready, in screens. */
const READY = 0.6;
/** What a row is taken for before any was measured, in CSS pixels. */
const GUESS = 69;

/** Rows are told apart by their `data-row`. */
const rowsIn = (list: HTMLElement) => list.querySelectorAll<HTMLElement>('[data-row]');
const find = (list: HTMLElement, id: string) => list.querySelector<HTMLElement>(`[data-row="${id}"]`);

/** The first row on screen, with its place in the list, which begins at `top` of the screen. */
function firstSeen(list: HTMLElement, top: number): { id: string; at: number } | null {
  for (const row of rowsIn(list)) {
    const box = row.getBoundingClientRect();
    if (box.bottom > 0) return { id: row.dataset.row ?? '', at: box.top - top };
  }
  return null;
}

export interface Windowed {
  list: RefObject<HTMLTableSectionElement | null>;
  pieces: Piece[];
  /** To the row, which may not stand in the page yet, as little as is needed. */
  reveal: (id: string) => void;
}

export function useWindow(ids: readonly string[]): Windowed {
  const list = useRef<HTMLTableSectionElement>(null);
  const measured = useRef({ width: 0, guess: GUESS, of: new Map<string, number>() });
  /** What must not move. */
  const held = useRef<ReturnType<typeof firstSeen>>(null);
  const sought = useRef<string | null>(null);
  const [span, setSpan] = useState<Span>({ from: 0, until: FIRST });
  const [focused, setFocused] = useState<string | null>(null);
  const [onPaper, setOnPaper] = useState(false);
  const [, setResized] = useState(0);

  const { of, guess } = measured.current;
  const sizes = ids.map((id) => of.get(id) ?? guess);
  const newest = useRef({ ids, sizes });

  const look = useCallback(() => {
    const body = list.current;
    if (!body) return;
    const { top } = body.getBoundingClientRect();
    const screen = window.innerHeight;
    const near = READY * screen;
    const now = newest.current.sizes;
    const seen = between(now, -top, screen - top);
    const wanted = between(now, -top - near, screen - top + near);
    held.current = firstSeen(body, top);
    setSpan((before) => {
      const next = step(before, seen, wanted, MOST);
      return next.from === before.from && next.until === before.until ? before : next;
    });
  }, []);

  useLayoutEffect(() => {
    newest.current = { ids, sizes };
    const body = list.current;
    if (!body) return;
    const { top, width } = body.getBoundingClientRect();
    const known = measured.current;
    if (Math.abs(width - known.width) >= 1) measured.current = { width, guess: GUESS, of: new Map() };
    const isFirst = measured.current.of.size === 0;
    const rows = [...rowsIn(body)];
    for (const row of rows) {
      measured.current.of.set(row.dataset.row ?? '', row.getBoundingClientRect().height);
    }
    const all = [...measured.current.of.values()];
    if (isFirst && all.length > 0) {
      measured.current.guess = all.reduce((sum, one) => sum + one, 0) / all.length;
    }
    // While the list begins below the upper edge nothing is above what is read.
    const before = held.current;
    const same = before && top < 0 ? find(body, before.id) : null;
    if (before && same) {
      const moved = same.getBoundingClientRect().top - top - before.at;
      if (Math.abs(moved) >= 1 && Math.abs(moved) < window.innerHeight) {
        window.scrollBy({ top: moved, behavior: 'instant' });
      }
    }
    const wanted = sought.current;
    if (wanted !== null) {
      const row = find(body, wanted);
      row?.scrollIntoView({ block: 'nearest' });
      if (row || !ids.includes(wanted)) sought.current = null;
    }
    held.current = firstSeen(body, body.getBoundingClientRect().top);
  });

  // After each step the next one, until all that is wanted stands there.
  useEffect(() => {
    const frame = requestAnimationFrame(look);
    return () => cancelAnimationFrame(frame);
  });
  useEffect(() => {
    const print = () => flushSync(() => setOnPaper(true));
    const printed = () => setOnPaper(false);
    const resize = () => setResized((times) => times + 1);
    window.addEventListener('scroll', look, { passive: true });
    window.addEventListener('resize', resize);
    window.addEventListener('beforeprint', print);
    window.addEventListener('afterprint', printed);
    return () => {
      window.removeEventListener('scroll', look);
      window.removeEventListener('resize', resize);
      window.removeEventListener('beforeprint', print);
      window.removeEventListener('afterprint', printed);
    };
  }, [look]);
  useEffect(() => {
    const body = list.current;
    if (!body) return;
    const came = (event: FocusEvent) =>
      setFocused((event.target as HTMLElement).closest<HTMLElement>('[data-row]')?.dataset.row ?? null);
    // On its way to another row: letting go in between would take that one out of the page.
    const went = (event: FocusEvent) => {
      if (!body.contains(event.relatedTarget as Node | null)) setFocused(null);
    };
    body.addEventListener('focusin', came);
    body.addEventListener('focusout', went);
    return () => {
      body.removeEventListener('focusin', came);
      body.removeEventListener('focusout', went);
    };
  }, []);

  const reveal = useCallback((id: string) => {
    const body = list.current;
    if (!body) return;
    const row = find(body, id);
    if (row) {
      row.scrollIntoView({ block: 'nearest' });
      return;
    }
    const at = newest.current.ids.indexOf(id);
    if (at < 0) return;
    sought.current = id;
    const { top } = body.getBoundingClientRect();
    const place = top + height(newest.current.sizes, { from: 0, until: at }) - window.innerHeight / 2;
    window.scrollBy({ top: place, behavior: 'instant' });
  }, []);

  const whole = { from: 0, until: ids.length };
  const at = focused === null ? -1 : ids.indexOf(focused);
  // With its neighbours, so that Tab finds the next one.
  const others = at < 0 ? [] : [at - 1, at, at + 1];
  return { list, pieces: pieces(sizes, onPaper ? whole : span, others), reveal };
}
