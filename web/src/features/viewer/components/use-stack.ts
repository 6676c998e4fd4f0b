// Joins a React element to a stack of slices: loads the engine's chunk, opens the stack, keeps its state.
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { frameUrl, type SeriesKey } from '../addresses';
import type { SeriesFacts } from '../dicom-json';
import type { Tool } from '../keys';
import type { StackHandle, StackState } from '../stack';

export interface UseStack {
  state: StackState | null;
  /** The engine's chunk or the first picture could not be had. */
  broken: boolean;
  handle: StackHandle | null;
  retry: () => void;
}

export function useStack(
  element: RefObject<HTMLDivElement | null>,
  series: (SeriesKey & { facts: SeriesFacts }) | null,
  tool: Tool,
): UseStack {
  const [state, setState] = useState<StackState | null>(null);
  const [handle, setHandle] = useState<StackHandle | null>(null);
  const [broken, setBroken] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const wanted = useRef(tool);
  wanted.current = tool;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt opens the stack again
  useEffect(() => {
    let opened: StackHandle | null = null;
    let gone = false;
    setBroken(false);
    import('../stack').then(
      ({ openStack }) => {
        if (gone || !element.current) return;
        opened = openStack(element.current, setState);
        opened.setTool(wanted.current);
        setHandle(opened);
      },
      (error: unknown) => {
        // The sentence on the page is for the doctor; this is for whoever helps her.
        console.error('viewer.engine-not-loaded', error);
        setBroken(true);
      },
    );
    return () => {
      gone = true;
      opened?.destroy();
      setHandle(null);
      setState(null);
    };
  }, [element, attempt]);

  const facts = series?.facts ?? null;
  const studyUid = series?.studyUid ?? '';
  const seriesUid = series?.seriesUid ?? '';
  useEffect(() => {
    if (!handle || !facts) return;
    setBroken(false);
    const key = { studyUid, seriesUid };
    const middle = Math.floor((facts.slices.length - 1) / 2);
    handle
      .show(facts.slices, (slice) => frameUrl(window.location.origin, key, slice), middle)
      .catch((error: unknown) => {
        console.error('viewer.series-not-shown', error);
        setBroken(true);
      });
  }, [handle, facts, studyUid, seriesUid]);

  useEffect(() => handle?.setTool(tool), [handle, tool]);

  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  return { state, broken, handle, retry };
}
