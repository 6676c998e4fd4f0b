// Which elements are on screen: one observer for all of them, for what must cost nothing while nobody sees it.

import { type RefObject, useEffect, useState } from 'react';

const watched = new Map<Element, (seen: boolean) => void>();
let observer: IntersectionObserver | null = null;

function watch(element: Element, tell: (seen: boolean) => void): () => void {
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const entry of entries) watched.get(entry.target)?.(entry.isIntersecting);
    },
    { rootMargin: '200px 0px' },
  );
  watched.set(element, tell);
  observer.observe(element);
  return () => {
    watched.delete(element);
    observer?.unobserve(element);
  };
}

/** False until the element has come near the screen. Where nothing observes, everything counts as seen. */
export function useSeen(ref: RefObject<Element | null>): boolean {
  const [seen, setSeen] = useState(typeof IntersectionObserver === 'undefined');
  useEffect(() => {
    if (!ref.current || typeof IntersectionObserver === 'undefined') return;
    return watch(ref.current, setSeen);
  }, [ref]);
  return seen;
}
