// Which rows of a long list stand in the page: pure, so that every way of scrolling can be tested. Knows sizes and places in CSS
// pixels, no element.

/** The rows from `from` up to, not with, `until`. */
export interface Span {
  from: number;
  until: number;
}

/** The rows that lie, if only in part, between two places of the list. */
export function between(sizes: readonly number[], top: number, bottom: number): Span {
  let at = 0;
  let from = 0;
  while (from < sizes.length && at + (sizes[from] ?? 0) <= top) at += sizes[from++] ?? 0;
  let until = from;
  while (until < sizes.length && at < bottom) at += sizes[until++] ?? 0;
  return { from, until };
}

/** The height of the rows of a span together. */
export function height(sizes: readonly number[], { from, until }: Span): number {
  let sum = 0;
  for (let at = from; at < until; at += 1) sum += sizes[at] ?? 0;
  return sum;
}

/**
 * One step from the rows that stand in the page to those wanted there: what is on screen comes first, and no step brings more than
 * `most`, so that none of them keeps a key press waiting.
 */
export function step(now: Span, seen: Span, wanted: Span, most: number): Span {
  let from = Math.max(now.from, wanted.from);
  let until = Math.min(now.until, wanted.until);
  // Nothing of it is wanted any more, or only what a jump has left far away: from the first on screen.
  if (from >= until || until < seen.from || from > seen.until) from = until = seen.from;
  let left = most;
  for (const goal of [seen, wanted]) {
    const down = Math.min(left, Math.max(0, goal.until - until));
    until += down;
    left -= down;
    const up = Math.min(left, Math.max(0, from - goal.from));
    from -= up;
    left -= up;
  }
  return { from, until };
}

/**
 * What follows on what in the page: a row, or the room of those that do not stand there. A room is told from the others by where it
 * is: an element that changed its place among the rows would take the focus from one of them.
 */
export type Piece = { row: number } | { room: number; at: 'head' | 'middle' | 'tail' };

/** The rows of a span, and some more beside each other wherever they are, with the room between them. */
export function pieces(sizes: readonly number[], span: Span, others: readonly number[]): Piece[] {
  const rows = new Set(others.filter((row) => row >= 0 && row < sizes.length));
  for (let row = span.from; row < Math.min(span.until, sizes.length); row += 1) rows.add(row);
  const found: Piece[] = [];
  let at = 0;
  for (const row of [...rows].sort((a, b) => a - b)) {
    if (row > at) {
      found.push({ room: height(sizes, { from: at, until: row }), at: at === 0 ? 'head' : 'middle' });
    }
    found.push({ row });
    at = row + 1;
  }
  if (at < sizes.length) found.push({ room: height(sizes, { from: at, until: sizes.length }), at: 'tail' });
  return found;
}
