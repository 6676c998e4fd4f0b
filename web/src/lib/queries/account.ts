// My own account: sessions, password, second factors, tokens for programs.

import { queryOptions } from '@tanstack/react-query';
import { call } from '../api';
import type { FactorAdded, Factors, Id, NewPasskey, NewTotp, OwnSession, OwnTokens } from '../contract';

export const sessionsQuery = queryOptions({
  queryKey: ['session', 'list'],
  queryFn: ({ signal }) => call<{ items: OwnSession[] }>('GET', 'session/list', { signal }),
  staleTime: 0,
});

export const factorsQuery = queryOptions({
  queryKey: ['session', 'factors'],
  queryFn: ({ signal }) => call<Factors>('GET', 'session/factors', { signal }),
  staleTime: 0,
});

export const tokensQuery = queryOptions({
  queryKey: ['session', 'tokens'],
  queryFn: ({ signal }) => call<OwnTokens>('GET', 'session/tokens', { signal }),
  staleTime: 0,
});

export const makeToken = (name: string, scopes: string[], days: number) =>
  call<{ token: string }>('POST', 'session/tokens', { body: { name, scopes, days } });
export const revokeToken = (id: Id) => call<void>('DELETE', `session/tokens/${id}`);
export const endSession = (id: Id) => call<void>('DELETE', `session/list/${id}`);
export const endOtherSessions = () => call<void>('DELETE', 'session/list');
export const changePassword = (before: string, after: string) =>
  call<void>('PATCH', 'session/password', { body: { old: before, new: after } });
export const beginTotp = () => call<NewTotp>('POST', 'session/factors/totp', { body: {} });
export const confirmTotp = (id: Id, code: string) =>
  call<FactorAdded>('POST', 'session/factors/totp/confirm', { body: { id, code } });
export const beginPasskey = () => call<NewPasskey>('POST', 'session/factors/passkeys', { body: {} });
export const confirmPasskey = (challenge: string, name: string, credential: unknown) =>
  call<FactorAdded>('POST', 'session/factors/passkeys/confirm', { body: { challenge, name, credential } });
export const removeFactor = (id: Id) => call<void>('DELETE', `session/factors/${id}`);
export const renewCodes = () =>
  call<{ recovery_codes: string[] }>('POST', 'session/factors/recovery-codes', { body: {} });
