// Referral legs and cases: lists, one, timeline, and the door for commands.

import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../api';
import type {
  Case,
  Id,
  Leg,
  LegCall,
  LegCallInput,
  LegCalls,
  LegInput,
  LegList,
  LegReceipts,
  Page,
  TimelineEntry,
} from '../contract';
import { Problem } from '../problem';

export type LegBox = 'incoming' | 'sent' | 'all';

export const legListQuery = (box: LegBox, state?: string) =>
  queryOptions({
    queryKey: ['leg', 'list', box, state ?? ''],
    queryFn: ({ signal }) => call<LegList>('GET', 'legs', { query: { box, state, limit: 200 }, signal }),
  });

export const legQuery = (id: Id) =>
  queryOptions({
    queryKey: ['leg', 'one', id],
    queryFn: ({ signal }) => call<Leg>('GET', `legs/${id}`, { signal }),
  });

export const legTimelineQuery = (id: Id) =>
  queryOptions({
    queryKey: ['leg', 'one', id, 'timeline'],
    queryFn: ({ signal }) => call<Page<TimelineEntry>>('GET', `legs/${id}/timeline`, { signal }),
  });

export const legReceiptsQuery = (id: Id) =>
  queryOptions({
    queryKey: ['leg', 'one', id, 'receipts'],
    queryFn: ({ signal }) => call<LegReceipts>('GET', `legs/${id}/receipts`, { signal }),
  });

export const legCallsQuery = (id: Id) =>
  queryOptions({
    queryKey: ['leg', 'one', id, 'calls'],
    queryFn: ({ signal }) => call<LegCalls>('GET', `legs/${id}/calls`, { signal }),
  });

export function logCall(id: Id, input: LegCallInput): Promise<LegCall> {
  return call<LegCall>('POST', `legs/${id}/calls`, { body: input });
}

export const caseQuery = (id: Id) =>
  queryOptions({
    queryKey: ['leg', 'list', 'case', id],
    queryFn: ({ signal }) => call<Case>('GET', `cases/${id}`, { signal }),
  });

export function createLeg(input: LegInput): Promise<Leg> {
  return call<Leg>('POST', 'legs', { body: input });
}

export function changeLeg(id: Id, version: number, input: Partial<LegInput>): Promise<Leg> {
  return call<Leg>('PATCH', `legs/${id}`, { body: input, version });
}

export interface LegCommand {
  command: string;
  body?: unknown;
  version: number;
}

export function commandLeg(id: Id, { command, body, version }: LegCommand): Promise<Leg> {
  return call<Leg>('POST', `legs/${id}/${command}`, { body: body ?? {}, version });
}

/** Gives a command by the name of the state table. The answer replaces the cached leg; a refusal re-reads it. */
export function useLegCommand(id: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (command: LegCommand) => commandLeg(id, command),
    onSuccess: (leg) => {
      client.setQueryData(legQuery(id).queryKey, leg);
      void client.invalidateQueries({ queryKey: ['leg', 'list'] });
      void client.invalidateQueries({ queryKey: legTimelineQuery(id).queryKey });
    },
    onError: (error) => {
      if (error instanceof Problem && (error.status === 409 || error.status === 412)) {
        // What stands now came with the refusal: whoever sends again does it on that.
        const current = error.status === 412 ? (error.body.current as Leg | undefined) : undefined;
        if (current) client.setQueryData(legQuery(id).queryKey, current);
        void client.invalidateQueries({ queryKey: legQuery(id).queryKey });
        void client.invalidateQueries({ queryKey: ['leg', 'list'] });
      }
    },
  });
}
