import { queryOptions } from '@tanstack/react-query';
import { call } from '../api';
import type { Id, Organisation, Page, Person, Role } from '../contract';

const HOUR = 3_600_000;

export const organisationsQuery = queryOptions({
  queryKey: ['organisation', 'list'],
  queryFn: ({ signal }) =>
    call<Page<Organisation>>('GET', 'organisations', { query: { limit: 200 }, signal }),
  staleTime: HOUR,
});

export const peopleQuery = (organisationId: Id, role?: Role) =>
  queryOptions({
    queryKey: ['person', 'list', organisationId, role ?? ''],
    queryFn: ({ signal }) =>
      call<Page<Person>>('GET', 'people', {
        query: { organisation_id: organisationId, role, limit: 200 },
        signal,
      }),
    staleTime: HOUR / 6,
  });
