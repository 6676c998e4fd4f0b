// A long list comes on screen in steps: the first rows at once, the others as the browser has time, so that no step of it keeps
// a key press waiting.

import { useEffect, useState } from 'react';

const FIRST = 24;
const STEP = 12;

export function useGrowing<T>(items: T[]): T[] {
  const [size, setSize] = useState(FIRST);
  const all = items.length;
  useEffect(() => {
    if (size >= all) return;
    // Two frames: what was added is drawn before more comes.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => setSize((now) => now + STEP));
    });
    return () => cancelAnimationFrame(frame);
  }, [size, all]);
  return size >= all ? items : items.slice(0, size);
}
