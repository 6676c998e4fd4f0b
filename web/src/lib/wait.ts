// Seconds until the server takes another attempt at a door.

import { useEffect, useState } from 'react';
import type { Problem } from './problem';

export function useWait(problem: Problem | null): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (problem?.status !== 429) return setLeft(0);
    const until = Date.now() + (problem.retryAfter ?? 30) * 1000;
    const step = () => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000)));
    step();
    const timer = setInterval(step, 500);
    return () => clearInterval(timer);
  }, [problem]);
  return left;
}
