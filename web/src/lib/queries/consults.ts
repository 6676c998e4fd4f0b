// Consults: lists, one, timeline, and the door for commands. Shared by the requester's and the specialist's screens.

import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../api';
import type { Consult, ConsultInput, ConsultList, Id, Page, TimelineEntry } from '../contract';
import { Problem } from '../problem';

export type ConsultBox = 'todo' | 'started' | 'all';

export const consultListQuery = (box: ConsultBox, state?: string) =>
  queryOptions({
    queryKey: ['consult', 'list', box, state ?? ''],
    queryFn: ({ signal }) =>
      call<ConsultList>('GET', 'consults', { query: { box, state, limit: 100 }, signal }),
  });

export const consultQuery = (id: Id) =>
  queryOptions({
    queryKey: ['consult', 'one', id],
    queryFn: ({ signal }) => call<Consult>('GET', `consults/${id}`, { signal }),
  });

export const consultTimelineQuery = (id: Id) =>
  queryOptions({
    queryKey: ['consult', 'one', id, 'timeline'],
    queryFn: ({ signal }) => call<Page<TimelineEntry>>('GET', `consults/${id}/timeline`, { signal }),
  });

export function createConsult(input: ConsultInput): Promise<Consult> {
  return call<Consult>('POST', 'consults', { body: input });
}

export function changeConsult(id: Id, version: number, input: Partial<ConsultInput>): Promise<Consult> {
  return call<Consult>('PATCH', `consults/${id}`, { body: input, version });
}

export interface ConsultCommand {
  command: string;
  body?: unknown;
  version: number;
}

/** Gives a command by the name of the state table. The answer replaces the cached consult; a refusal re-reads it. */
export function useConsultCommand(id: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ command, body, version }: ConsultCommand) =>
      call<Consult>('POST', `consults/${id}/${command}`, { body: body ?? {}, version }),
    onSuccess: (consult) => {
      client.setQueryData(consultQuery(id).queryKey, consult);
      void client.invalidateQueries({ queryKey: ['consult', 'list'] });
      void client.invalidateQueries({ queryKey: consultTimelineQuery(id).queryKey });
    },
    onError: (error) => {
      if (error instanceof Problem && (error.status === 409 || error.status === 412)) {
        void client.invalidateQueries({ queryKey: consultQuery(id).queryKey });
      }
    },
  });
}
