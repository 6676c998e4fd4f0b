import { queryOptions } from '@tanstack/react-query';
import { call } from '../api';
import type { Comparison, Consult, Id, Page, PendingStudies, Study } from '../contract';

export const patientStudiesQuery = (patientId: Id) =>
  queryOptions({
    queryKey: ['study', 'list', patientId],
    queryFn: ({ signal }) =>
      call<Page<Study>>('GET', 'studies', { query: { patient_id: patientId }, signal }),
  });

export const studyQuery = (id: Id) =>
  queryOptions({
    queryKey: ['study', 'one', id],
    queryFn: ({ signal }) => call<Study>('GET', `studies/${id}`, { signal }),
  });

/** Studies that wait for a human: of nobody known yet, or of somebody else by name or birth date. */
export const pendingStudiesQuery = (status: 'unassigned' | 'quarantined') =>
  queryOptions({
    queryKey: ['study', 'list', status],
    queryFn: ({ signal }) => call<Page<Study>>('GET', 'studies', { query: { status, limit: 100 }, signal }),
  });

export const pendingCountsQuery = queryOptions({
  queryKey: ['study', 'list', 'counts'],
  queryFn: ({ signal }) => call<PendingStudies>('GET', 'studies/pending', { signal }),
});

export const comparisonQuery = (studyId: Id, patientId: Id) =>
  queryOptions({
    queryKey: ['study', 'one', studyId, 'comparison', patientId],
    queryFn: ({ signal }) =>
      call<Comparison>('GET', `studies/${studyId}/comparison`, { query: { patient_id: patientId }, signal }),
  });

export function attachStudy(consultId: Id, studyId: Id): Promise<Consult> {
  return call<Consult>('POST', `consults/${consultId}/studies`, { body: { study_id: studyId } });
}

/** With the same `key` again, the server answers what it answered first, even if the study has merged away since. */
export function assignStudy(studyId: Id, patientId: Id, key: string): Promise<Study> {
  return call<Study>('POST', `studies/${studyId}/assign`, { body: { patient_id: patientId }, key });
}
