// The first password of somebody who was given a code, and the sheets on which the codes stand.

import { queryOptions } from '@tanstack/react-query';
import { call } from '../api';
import type { ActivationSheet, ActivationWaiting, Id } from '../contract';

export const activate = (login: string, code: string, password: string) =>
  call<void>('POST', 'session/activation', { body: { login, code, password } });

export const activationWaitingQuery = (organisation: Id) =>
  queryOptions({
    queryKey: ['account', 'list', organisation],
    queryFn: ({ signal }) =>
      call<ActivationWaiting>('GET', `organisations/${organisation}/activation-sheet`, { signal }),
    staleTime: 0,
  });

/** Codes made before for the same people end; the answer is the only place where these stand. */
export const issueSheet = (organisation: Id, person: Id | null) =>
  call<ActivationSheet>('POST', `organisations/${organisation}/activation-sheet`, {
    body: { person_id: person },
  });
