// Where a patient can go: the rules of the form, suggested destinations, beds, and what a place can do.

import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call, callFile } from '../api';
import type {
  BedBoard,
  BedReport,
  Facilities,
  Id,
  LegUrgency,
  Page,
  SettingsChange,
  SettingsState,
  SettingsVersion,
  Suggestions,
  TimelineEntry,
} from '../contract';
import type { FormRules } from '../rules';

const MINUTE = 60_000;

export const rulesQuery = queryOptions({
  queryKey: ['settings', 'list', 'form'],
  queryFn: ({ signal }) => call<FormRules>('GET', 'referrals/rules', { signal }),
  staleTime: 10 * MINUTE,
});

export interface Wanted {
  need: string;
  urgency: LegUrgency;
  departments: string[];
}

export const suggestionsQuery = ({ need, urgency, departments }: Wanted) =>
  queryOptions({
    queryKey: ['suggestion', 'list', need, urgency, departments.join(',')],
    queryFn: ({ signal }) =>
      call<Suggestions>('GET', 'referrals/suggestions', {
        query: { need, urgency, departments: departments.join(',') },
        signal,
      }),
    placeholderData: keepPreviousData,
    staleTime: MINUTE,
  });

export const bedsQuery = queryOptions({
  queryKey: ['beds', 'list'],
  queryFn: ({ signal }) => call<BedBoard>('GET', 'beds', { signal }),
  refetchInterval: MINUTE,
});

/** The newest first, a page at a time. */
export const bedHistoryQuery = (department: Id) =>
  infiniteQueryOptions({
    queryKey: ['beds', 'one', department],
    queryFn: ({ signal, pageParam }) =>
      call<Page<TimelineEntry>>('GET', `beds/${department}/history`, {
        query: { cursor: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

export const setBeds = (department: Id, version: number, body: object) =>
  call<BedBoard>('PATCH', `beds/${department}`, { body, version });

export const importBeds = (file: Blob, tryOut: boolean) =>
  callFile<BedReport>('beds/import', file, { dry_run: tryOut || null });

export const facilitiesQuery = (organisation: Id) =>
  queryOptions({
    queryKey: ['organisation', 'one', organisation, 'facilities'],
    queryFn: ({ signal }) => call<Facilities>('GET', `organisations/${organisation}/facilities`, { signal }),
  });

const SETTINGS = 'settings/referrals';

export const settingsQuery = queryOptions({
  queryKey: ['settings', 'list', 'state'],
  queryFn: ({ signal }) => call<SettingsState>('GET', SETTINGS, { signal }),
});

export const settingsVersionsQuery = queryOptions({
  queryKey: ['settings', 'list', 'versions'],
  queryFn: ({ signal }) => call<Page<SettingsVersion>>('GET', `${SETTINGS}/versions`, { signal }),
});

export const previewSettings = (body: object) =>
  call<{ changes: SettingsChange[] }>('POST', `${SETTINGS}/preview`, { body });

export const changeSettings = (version: number, body: object) =>
  call<SettingsState>('PATCH', SETTINGS, { body, version });

export const restoreSettings = (version: number, earlier: number) =>
  call<SettingsState>('POST', `${SETTINGS}/versions/${earlier}/restore`, { body: {}, version });
