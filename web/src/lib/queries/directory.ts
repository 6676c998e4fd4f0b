// Organisations and people: everybody reads them, and finds a colleague.

import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call, callFile } from '../api';
import type {
  Agreement,
  Found,
  Id,
  ImportReport,
  Organisation,
  OrganisationDetail,
  Page,
  Person,
  PersonDetail,
  Role,
  Unplaced,
} from '../contract';

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

export interface PeopleWanted {
  q: string;
  department: string;
  specialty: string;
  onDuty: boolean;
  organisation?: Id;
}

/** What was found stays on screen until the next answer is there. */
export const findPeopleQuery = ({ q, department, specialty, onDuty, organisation }: PeopleWanted) =>
  infiniteQueryOptions({
    queryKey: ['person', 'list', 'found', q, department, specialty, onDuty, organisation ?? ''],
    queryFn: ({ signal, pageParam }) =>
      call<Page<Found>>('GET', 'people/search', {
        query: {
          q,
          department,
          specialty,
          on_duty: onDuty || null,
          organisation_id: organisation,
          cursor: pageParam,
          limit: 30,
        },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });

export const organisationQuery = (id: Id) =>
  queryOptions({
    queryKey: ['organisation', 'one', id],
    queryFn: ({ signal }) => call<OrganisationDetail>('GET', `organisations/${id}`, { signal }),
  });

export const personQuery = (id: Id) =>
  queryOptions({
    queryKey: ['person', 'one', id],
    queryFn: ({ signal }) => call<PersonDetail>('GET', `people/${id}`, { signal }),
  });

/** People whom no position places anywhere. */
export const unplacedQuery = infiniteQueryOptions({
  queryKey: ['person', 'list', 'unplaced'],
  queryFn: ({ signal, pageParam }) =>
    call<Page<Unplaced>>('GET', 'people/unplaced', { query: { cursor: pageParam, limit: 50 }, signal }),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next,
});

export const agreementsQuery = (organisation: Id) =>
  queryOptions({
    queryKey: ['agreement', 'list', organisation],
    queryFn: ({ signal }) =>
      call<Page<Agreement>>('GET', 'agreements', { query: { organisation_id: organisation }, signal }),
  });

/** A spreadsheet: tried out, or taken in as a whole. */
export const importPeople = (file: File, tryOut: boolean) =>
  callFile<ImportReport>('imports/people', file, { dry_run: tryOut || null });
