// Follow-ups: what my organisation owes, what is planned for a leg or a patient, and the doors for changes. The keys begin as a
// leg's do: what happens to a follow-up is told as a change of its leg.

import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from '../api';
import type { FollowUp, FollowUpInput, FollowUpPage, Id } from '../contract';

export type FollowUpTab = 'due' | 'overdue' | 'ended';

const KEY = ['leg', 'list', 'follow-up'] as const;

export const followUpsQuery = (state: FollowUpTab) =>
  queryOptions({
    queryKey: [...KEY, state],
    queryFn: ({ signal }) =>
      call<FollowUpPage>('GET', 'follow_ups', { query: { state, limit: 200 }, signal }),
  });

export const legFollowUpsQuery = (leg: Id) =>
  queryOptions({
    queryKey: [...KEY, 'leg', leg],
    queryFn: ({ signal }) => call<FollowUpPage>('GET', 'follow_ups', { query: { leg }, signal }),
  });

export const patientFollowUpsQuery = (patient: Id) =>
  queryOptions({
    queryKey: [...KEY, 'patient', patient],
    queryFn: ({ signal }) => call<FollowUpPage>('GET', 'follow_ups', { query: { patient }, signal }),
  });

export function planFollowUp(input: FollowUpInput): Promise<FollowUp> {
  return call<FollowUp>('POST', 'follow_ups', { body: input });
}

interface Command {
  name: string;
  body: unknown;
}

/** After a change, and after a refusal that says that somebody else changed it, the lists are asked again. */
export function useFollowUpCommand(one: FollowUp) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ name, body }: Command) =>
      call<FollowUp>('POST', `follow_ups/${one.id}/${name}`, { body, version: one.version }),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: KEY });
      void client.invalidateQueries({ queryKey: ['leg', 'one', one.leg_id, 'timeline'] });
    },
  });
}
