// The rows behind the board. While the server holds no more open legs than it gives at once, all of them are here and every filter
// is answered on the spot; otherwise filters go to the server, and emergencies are asked for by themselves, so that none is on
// a page that nobody has loaded.

import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { clock } from '@/lib/clock';
import type { BoardFilter, LegRow } from '@/lib/contract';
import { boardQuery, EVERYTHING } from '@/lib/queries/board';
import { useSettled } from '@/lib/settled';
import { useNow } from '@/lib/ticker';
import { countsOf, holds, matches, narrows, unseenEmergencies } from '../api/board';

const SETTLE_MS = 250;
const EMERGENCIES: BoardFilter = { ...EVERYTHING, urgency: 'emergency' };
const NONE: LegRow[] = [];

export interface Board {
  rows: LegRow[];
  isThere: boolean;
  error: unknown;
  retry: () => void;
  counts: ReturnType<typeof countsOf>;
  /** Ids of emergencies that nobody has opened, whatever the filter. */
  ringing: readonly string[];
  loaded: number;
  hasMore: boolean;
  isLoadingMore: boolean;
  loadMore: () => void;
}

export function useBoard(filter: BoardFilter, personId: string): Board {
  const [pages, setPages] = useState(1);
  const settled = useSettled(filter.text, SETTLE_MS);
  const open = useQuery(boardQuery(EVERYTHING, filter.group === 'done' ? 1 : pages));
  const whole = open.data !== undefined && open.data.next === null;
  // A name may be typed in pinyin, which only the server can look up.
  const atServer =
    filter.group === 'done' ||
    settled.trim() !== '' ||
    (!whole && (narrows(filter) || filter.group !== 'open'));
  const asked = { ...filter, text: settled };
  const narrow = useQuery({ ...boardQuery(asked, pages), enabled: atServer });
  const emergencies = useQuery({ ...boardQuery(EMERGENCIES), enabled: open.data !== undefined && !whole });

  const source = atServer ? narrow : open;
  const items = source.data?.items ?? NONE;
  const urgent = emergencies.data?.items ?? NONE;
  // What becomes overdue shows up by the minute; nothing else depends on the time.
  const minute = Math.floor(useNow(filter.overdue) / 60_000);
  const rows = useMemo(() => {
    const eyes = { personId, now: Math.max(minute * 60_000, clock.now()) };
    const text = settled.trim() === filter.text.trim() ? '' : filter.text;
    const known = new Set(items.map((row) => row.id));
    const all =
      filter.group === 'done' || filter.text.trim() !== ''
        ? items
        : [...items, ...urgent.filter((row) => !known.has(row.id))];
    return all.filter((row) => matches(row, filter, eyes) && holds(row, text));
  }, [items, urgent, filter, settled, personId, minute]);
  const everything = open.data?.items ?? NONE;
  const counts = useMemo(() => countsOf(everything), [everything]);
  const ringing = useMemo(
    () => [...new Set(unseenEmergencies([...everything, ...urgent]).map((row) => row.id))],
    [everything, urgent],
  );
  return {
    rows,
    isThere: source.data !== undefined,
    error: source.error,
    retry: () => void source.refetch(),
    counts,
    ringing,
    loaded: items.length,
    hasMore: source.data !== undefined && source.data.next !== null,
    isLoadingMore: source.isPlaceholderData && source.isFetching,
    loadMore: () => setPages((now) => now + 1),
  };
}
