// The audit trail: searched and exported by the auditor, and of one patient shown to whoever cares for them.

import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call, callBinary } from '../api';
import type { AccessLogEntry, AuditEntry, AuditPatient, Id, OrganisationRef, Page, Time } from '../contract';

/** What is empty matches all. */
export interface AuditFilter {
  person: Id;
  patient: Id;
  subject: Id;
  organisation: Id;
  action: string;
  outcome: string;
  basis: string;
  from: Time;
  until: Time;
}

/** Each search is an entry of the trail itself: it is asked again only by a press. */
export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ['audit', 'list', filter],
    queryFn: ({ signal, pageParam }) =>
      call<Page<AuditEntry>>('GET', 'audit', { query: { ...filter, cursor: pageParam, limit: 50 }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
  });

/** Whose record an identity number is; the number stands in no address. */
export const findAuditPatient = (number: string) =>
  call<AuditPatient>('POST', 'audit/patient', { body: { resident_id: number } });

/** CSV. */
export function exportAudit(filter: AuditFilter): Promise<ArrayBuffer> {
  const asked = Object.entries(filter).filter(([, value]) => value !== '');
  return callBinary(`audit/export?${new URLSearchParams(asked)}`);
}

export const accessLogQuery = (patient: Id) =>
  infiniteQueryOptions({
    queryKey: ['patient', 'one', patient, 'access-log'],
    queryFn: ({ signal, pageParam }) =>
      call<Page<AccessLogEntry>>('GET', `patients/${patient}/access-log`, {
        query: { cursor: pageParam, limit: 100 },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    refetchOnWindowFocus: false,
  });

export const allOrganisationsQuery = queryOptions({
  queryKey: ['organisation', 'list', 'names'],
  queryFn: async ({ signal }) => {
    const all: OrganisationRef[] = [];
    let cursor: string | null = null;
    do {
      const page: Page<OrganisationRef> = await call('GET', 'organisations', {
        query: { cursor, limit: 200 },
        signal,
      });
      all.push(...page.items);
      cursor = page.next;
    } while (cursor !== null);
    return all;
  },
  staleTime: 3_600_000,
});
