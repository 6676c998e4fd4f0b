import { describe, expect, it } from 'vitest';
import { between, height, pieces, type Span, step } from './span';

const SIZES = Array.from({ length: 200 }, () => 66);
const MOST = 8;

/** Step by step until nothing more comes. */
function arrive(from: Span, seen: Span, wanted: Span): Span[] {
  const steps = [from];
  for (let at = 0; at < 100; at += 1) {
    const last = steps[steps.length - 1] as Span;
    const next = step(last, seen, wanted, MOST);
    if (next.from === last.from && next.until === last.until) return steps;
    steps.push(next);
  }
  throw new Error('it never arrives');
}

describe('the rows that stand in the page', () => {
  it('are those between two places, in part or whole', () => {
    expect(between(SIZES, 0, 660)).toEqual({ from: 0, until: 10 });
    expect(between(SIZES, 65, 67)).toEqual({ from: 0, until: 2 });
    expect(between(SIZES, 66, 67)).toEqual({ from: 1, until: 2 });
    expect(between(SIZES, -500, -1)).toEqual({ from: 0, until: 0 });
    expect(between(SIZES, 1e6, 2e6)).toEqual({ from: 200, until: 200 });
    expect(between([40, 300, 66], 50, 100)).toEqual({ from: 1, until: 2 });
  });

  it('come a few at a time, those on screen first', () => {
    const seen = { from: 40, until: 52 };
    const wanted = { from: 30, until: 62 };
    const steps = arrive({ from: 0, until: 20 }, seen, wanted);
    expect(steps[1]).toEqual({ from: 40, until: 48 });
    expect(steps[2]?.until).toBeGreaterThanOrEqual(seen.until);
    expect(steps.at(-1)).toEqual(wanted);
    for (const [at, { from, until }] of steps.entries()) {
      const before = steps[at - 1];
      if (before) expect(until - from).toBeLessThanOrEqual(Math.max(0, before.until - before.from) + MOST);
    }
  });

  it('arrive from wherever they were, and leave what is no longer near', () => {
    for (const start of [0, 25, 38, 60, 150]) {
      for (const seen of [
        { from: 0, until: 12 },
        { from: 100, until: 111 },
        { from: 188, until: 200 },
      ]) {
        const wanted = { from: Math.max(0, seen.from - 10), until: Math.min(200, seen.until + 10) };
        expect(arrive({ from: start, until: start + 20 }, seen, wanted).at(-1)).toEqual(wanted);
      }
    }
  });

  it('leave room for all others, so that the list stays as long as it is', () => {
    const found = pieces(SIZES, { from: 50, until: 60 }, [4, 5, 6]);
    expect(found.filter((piece) => 'row' in piece)).toHaveLength(13);
    const room = found.reduce((sum, piece) => sum + ('room' in piece ? piece.room : 66), 0);
    expect(room).toBe(height(SIZES, { from: 0, until: 200 }));
    expect(found.slice(0, 2)).toEqual([{ room: 264, at: 'head' }, { row: 4 }]);
  });

  it('are no more than there are, when the list has become shorter', () => {
    expect(pieces([66, 66], { from: 0, until: 20 }, [-1, 7])).toEqual([{ row: 0 }, { row: 1 }]);
    expect(pieces([66, 66], { from: 40, until: 60 }, [])).toEqual([{ room: 132, at: 'tail' }]);
    expect(pieces([], { from: 0, until: 8 }, [])).toEqual([]);
  });
});
