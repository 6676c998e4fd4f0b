import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call } from '../api';
import type { Id, Page, Patient, PatientInput } from '../contract';

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

export function registerPatient(input: PatientInput): Promise<Patient> {
  return call<Patient>('POST', 'patients', { body: input });
}

export function changePatient(id: Id, version: number, input: Partial<PatientInput>): Promise<Patient> {
  return call<Patient>('PATCH', `patients/${id}`, { body: input, version });
}
