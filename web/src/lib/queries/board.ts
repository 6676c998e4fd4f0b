// The transfer desk: the incoming legs narrowed, saved views, and slips.

import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../api';
import type { BoardFilter, BoardView, BoardViews, Id, Leg, LegList, Slip } from '../contract';
import { Problem } from '../problem';

/** Over, as far as the receiver goes; everything else is on the board. */
const STATES: Record<BoardFilter['group'], string> = {
  waiting: 'submitted,received,info_requested,cancel_requested',
  coming: 'accepted,reserved,no_show',
  here: 'arrived,in_care',
  open: 'submitted,received,info_requested,cancel_requested,accepted,reserved,no_show,arrived,in_care',
  done: 'outcome_sent,closed,declined,redirected,cancelled,entered_in_error',
};
/** The server gives no more at once. */
const PAGE = 200;

export const EVERYTHING: BoardFilter = {
  group: 'open',
  urgency: null,
  direction: null,
  department_id: null,
  from_organisation_id: null,
  overdue: false,
  mine: false,
  text: '',
};

/**
 * The new list with the very objects of before for every row that is the same, wherever it stands now: one that came in front of
 * all others must not make two hundred be drawn again.
 */
export function keepRows(before: LegList | undefined, now: LegList): LegList {
  if (!before || before === now) return now;
  const known = new Map(before.items.map((row) => [row.id, row]));
  const items = now.items.map((row) => {
    const old = known.get(row.id);
    return old && JSON.stringify(old) === JSON.stringify(row) ? old : row;
  });
  // Nothing new is nothing to draw: another object each time would be drawn for ever while an answer is on its way.
  const isSame = items.length === before.items.length && items.every((row, at) => row === before.items[at]);
  const next = { ...now, items };
  return isSame && JSON.stringify({ ...next, items: 0 }) === JSON.stringify({ ...before, items: 0 })
    ? before
    : next;
}

/** Incoming legs that a filter leaves, so many pages of them; what is due first comes first. */
export const boardQuery = (filter: BoardFilter, pages = 1) =>
  queryOptions({
    queryKey: ['leg', 'list', 'board', filter, pages],
    queryFn: async ({ signal }): Promise<LegList> => {
      const query = {
        box: 'incoming',
        state: STATES[filter.group],
        urgency: filter.urgency,
        direction: filter.direction,
        department: filter.department_id,
        from: filter.from_organisation_id,
        overdue: filter.overdue || null,
        mine: filter.mine || null,
        q: filter.text,
        limit: PAGE,
      };
      let list = await call<LegList>('GET', 'legs', { query, signal });
      for (let page = 1; page < pages && list.next !== null; page += 1) {
        const more = await call<LegList>('GET', 'legs', { query: { ...query, cursor: list.next }, signal });
        list = { ...more, items: [...list.items, ...more.items] };
      }
      return list;
    },
    placeholderData: keepPreviousData,
    structuralSharing: (before, now) => keepRows(before as LegList | undefined, now as LegList),
  });

export const viewsQuery = queryOptions({
  queryKey: ['board_views', 'list'],
  queryFn: ({ signal }) => call<BoardViews>('GET', 'board/views', { signal }),
});

/** The whole list at once; another device's change is refused and read. */
export function useSaveViews() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ version, items }: { version: number; items: BoardView[] }) =>
      call<BoardViews>('PUT', 'board/views', { body: { items }, version }),
    onSuccess: (saved) => client.setQueryData(viewsQuery.queryKey, saved),
    onError: (error) => {
      if (error instanceof Problem && error.status === 412) {
        void client.invalidateQueries({ queryKey: viewsQuery.queryKey });
      }
    },
  });
}

export const slipQuery = (id: Id) =>
  queryOptions({
    queryKey: ['leg', 'one', id, 'slip'],
    queryFn: ({ signal }) => call<Slip>('GET', `legs/${id}/slip`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** The leg of a slip. Not kept: each reading of a paper is a reading of its own. */
export function readSlip(code: string): Promise<Leg> {
  return call<Leg>('GET', `legs/by-code/${encodeURIComponent(code)}`);
}
