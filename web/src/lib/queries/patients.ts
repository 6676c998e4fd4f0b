import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call } from '../api';
import type { ConsultRow, Id, LegRow, Page, Patient, PatientInput, Revealed } from '../contract';

export const patientSearchQuery = (q: string) =>
  queryOptions({
    queryKey: ['patient', 'list', q],
    queryFn: ({ signal }) => call<Page<Patient>>('GET', 'patients', { query: { q, limit: 30 }, signal }),
    placeholderData: keepPreviousData,
  });

export const patientQuery = (id: Id) =>
  queryOptions({
    queryKey: ['patient', 'one', id],
    queryFn: ({ signal }) => call<Patient>('GET', `patients/${id}`, { signal }),
  });

/** What was asked about a patient, as far as the caller may read it. */
export const patientConsultsQuery = (id: Id) =>
  queryOptions({
    queryKey: ['consult', 'list', 'patient', id],
    queryFn: ({ signal }) => call<Page<ConsultRow>>('GET', `patients/${id}/consults`, { signal }),
  });

export const patientLegsQuery = (id: Id) =>
  queryOptions({
    queryKey: ['leg', 'list', 'patient', id],
    queryFn: ({ signal }) => call<Page<LegRow>>('GET', `patients/${id}/legs`, { signal }),
  });

/** Not a query: each time is an act of its own, and nothing of it is kept. */
export function revealPatient(id: Id): Promise<Revealed> {
  return call<Revealed>('POST', `patients/${id}/reveal`, { body: {} });
}

export function registerPatient(input: PatientInput): Promise<Patient> {
  return call<Patient>('POST', 'patients', { body: input });
}

export function changePatient(id: Id, version: number, input: Partial<PatientInput>): Promise<Patient> {
  return call<Patient>('PATCH', `patients/${id}`, { body: input, version });
}
