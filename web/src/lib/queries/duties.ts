// Who is on duty when, and duties that change hands.

import { queryOptions } from '@tanstack/react-query';
import { call } from '../api';
import type { Duty, Id, Page, Role, Swap } from '../contract';

export const rosterQuery = (organisation: Id, from: number, until: number) =>
  queryOptions({
    queryKey: ['duty', 'list', organisation, from, until],
    queryFn: ({ signal }) =>
      call<Page<Duty>>('GET', 'rosters', {
        query: {
          organisation_id: organisation,
          from: new Date(from).toISOString(),
          until: new Date(until).toISOString(),
        },
        signal,
      }),
  });

export const swapsQuery = queryOptions({
  queryKey: ['duty_swap', 'list'],
  queryFn: ({ signal }) => call<Page<Swap>>('GET', 'rosters/swaps', { signal }),
});

export const planDuty = (duty: object) => call('POST', 'rosters', { body: { items: [duty] } });
export const takeOff = ({ id, version }: Duty) => call('DELETE', `rosters/${id}`, { version });
export const offerSwap = (swap: object) => call<Swap>('POST', 'rosters/swaps', { body: swap });
export const decideSwap = ({ id, version }: Swap, decision: 'accept' | 'decline' | 'withdraw') =>
  call<Swap>('POST', `rosters/swaps/${id}/${decision}`, { body: {}, version });

/** Whoever audits the others is on no roster. */
export const isOnRosters = (role: Role): boolean => role !== 'auditor';
