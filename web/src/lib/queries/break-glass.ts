// Emergency access: what a doctor has open, and what the security administrators review.

import { infiniteQueryOptions, queryOptions, useQuery } from '@tanstack/react-query';
import { call } from '../api';
import type {
  AuditEntry,
  BreakGlass,
  BreakGlassCase,
  BreakGlassCases,
  BreakGlassInput,
  BreakGlassVerdict,
  Id,
  Page,
} from '../contract';
import { mayBreakGlass, useMe } from '../session';

/** Only for roles that can break the glass: others are refused. */
export const openGlassesQuery = queryOptions({
  queryKey: ['break_glass', 'list', 'mine'],
  queryFn: ({ signal }) => call<Page<BreakGlass>>('GET', 'break-glass', { signal }),
  staleTime: 60_000,
});

/** Through which a record is read and not acted upon; `null` for records that are one's own to treat. */
export function useGlassOn(patient: Id): BreakGlass | null {
  const enabled = mayBreakGlass(useMe().position.role);
  const { data } = useQuery({ ...openGlassesQuery, enabled });
  return data?.items.find((glass) => glass.patient.id === patient) ?? null;
}

export const breakGlass = (input: BreakGlassInput) =>
  call<BreakGlass>('POST', 'break-glass', { body: input });

export const endGlass = (id: Id) => call<void>('POST', `break-glass/${id}/end`, { body: {} });

export type CasesShown = 'unreviewed' | 'all';

export const casesQuery = (shown: CasesShown) =>
  infiniteQueryOptions({
    queryKey: ['break_glass', 'list', 'cases', shown],
    queryFn: ({ signal, pageParam }) =>
      call<BreakGlassCases>('GET', 'break-glass/cases', {
        query: { state: shown === 'unreviewed' ? shown : null, cursor: pageParam, limit: 30 },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

/** All I ever opened, with what the review came to. */
export const ownCasesQuery = infiniteQueryOptions({
  queryKey: ['break_glass', 'list', 'own'],
  queryFn: ({ signal, pageParam }) =>
    call<Page<BreakGlassCase>>('GET', 'break-glass/mine', {
      query: { cursor: pageParam, limit: 30 },
      signal,
    }),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next,
});

export const toReviewQuery = queryOptions({
  queryKey: ['break_glass', 'list', 'count'],
  queryFn: async ({ signal }) => {
    const query = { state: 'unreviewed', limit: 1 };
    return (await call<BreakGlassCases>('GET', 'break-glass/cases', { query, signal })).to_review;
  },
});

export const caseQuery = (id: Id) =>
  queryOptions({
    queryKey: ['break_glass', 'one', id],
    queryFn: ({ signal }) => call<BreakGlassCase>('GET', `break-glass/cases/${id}`, { signal }),
  });

export const caseReadsQuery = (id: Id) =>
  queryOptions({
    queryKey: ['break_glass', 'one', id, 'reads'],
    queryFn: ({ signal }) => call<Page<AuditEntry>>('GET', `break-glass/${id}/reads`, { signal }),
  });

export const reviewGlass = (id: Id, version: number, verdict: BreakGlassVerdict, note: string) =>
  call<BreakGlassCase>('POST', `break-glass/${id}/review`, { body: { verdict, note }, version });
