// Who is signed in. `useMe` is for everything below the shell, which renders only with an answer.

import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { call } from './api';
import { clock } from './clock';
import type { Me, Role, SignInWays } from './contract';
import type { RequestOptions } from './passkeys';
import { asProblem, type Problem } from './problem';

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<Me> => {
    const sent = Date.now();
    const me = await call<Me>('GET', 'session', { signal });
    clock.set(Date.parse(me.server_time), sent, Date.now());
    return me;
  },
  staleTime: 5 * 60_000,
  refetchInterval: 5 * 60_000,
  retry: false,
});

export async function signIn(login: string, password: string): Promise<Me> {
  const sent = Date.now();
  const answer = await call<{ me: Me }>('POST', 'session', { body: { login, password } });
  clock.set(Date.parse(answer.me.server_time), sent, Date.now());
  return answer.me;
}

/** What the server asks for after the password. */
export interface SecondStepAsked {
  challenge: string;
  methods: string[];
  passkey: RequestOptions | null;
}

export function secondStepOf(problem: Problem): SecondStepAsked | null {
  if (problem.code !== 'access.second-factor-needed') return null;
  const { challenge, methods, passkey } = problem.body as unknown as Partial<SecondStepAsked>;
  return { challenge: challenge ?? '', methods: methods ?? [], passkey: passkey ?? null };
}

/** How one can sign in beside name and password. */
export const waysQuery = queryOptions({
  queryKey: ['session', 'ways'],
  queryFn: ({ signal }) => call<SignInWays>('GET', 'session/ways', { signal }),
  staleTime: 5 * 60_000,
  retry: false,
});

/** The second step of whoever came back from the identity provider; refused with what it asks for, like a password is. */
export async function beginSecondStepOfOidc(): Promise<SecondStepAsked> {
  try {
    return await call<never>('POST', 'session/oidc/second-step');
  } catch (error) {
    const step = secondStepOf(asProblem(error));
    if (step) return step;
    throw error;
  }
}

export async function answerSecondFactor(
  challenge: string,
  proof: { code: string } | { passkey: unknown },
): Promise<Me> {
  const sent = Date.now();
  const body = { challenge, ...proof };
  const answer = await call<{ me: Me }>('POST', 'session/second-factor', { body });
  clock.set(Date.parse(answer.me.server_time), sent, Date.now());
  return answer.me;
}

export async function signOut(): Promise<void> {
  await call<void>('DELETE', 'session');
}

const MeContext = createContext<Me | null>(null);
export const MeProvider = MeContext.Provider;

export function useMe(): Me {
  const me = useContext(MeContext);
  if (!me) throw new Error('useMe outside the shell');
  return me;
}

export function useSession() {
  const client = useQueryClient();
  const query = useQuery(sessionQuery);
  return { ...query, adopt: (me: Me) => client.setQueryData(sessionQuery.queryKey, me) };
}

/** Who may say whose a study is; the server's policy has the last word. */
const ASSIGNERS: ReadonlySet<Role> = new Set<Role>([
  'village_doctor',
  'township_doctor',
  'family_doctor',
  'receiving_doctor',
  'specialist',
  'coordinator',
]);
export const mayAssignStudies = (role: Role): boolean => ASSIGNERS.has(role);

/** Who may change what is written about a patient; the server's policy has the last word. */
const SENDERS: ReadonlySet<Role> = new Set<Role>([
  'village_doctor',
  'township_doctor',
  'family_doctor',
  'referral_desk',
  'receiving_doctor',
]);
export const mayChangePatients = (role: Role): boolean => SENDERS.has(role);

/** Who may break the glass of a record; the server's policy has the last word. */
const GLASS_BREAKERS: ReadonlySet<Role> = new Set<Role>([
  'village_doctor',
  'township_doctor',
  'family_doctor',
  'receiving_doctor',
  'specialist',
]);
export const mayBreakGlass = (role: Role): boolean => GLASS_BREAKERS.has(role);

/** Who keeps or oversees beds; the server's policy has the last word. */
const BED_READERS: ReadonlySet<Role> = new Set<Role>([
  'township_doctor',
  'referral_desk',
  'receiving_doctor',
  'manager',
]);
export const mayReadBeds = (role: Role): boolean => BED_READERS.has(role);
/** Who may take in a patient for an organisation: everybody who works with patients there; the server has the last word. */
export const mayReceive = (role: Role): boolean =>
  mayChangePatients(role) || role === 'coordinator' || role === 'specialist';

/** Who may ask for a consult; the server's policy has the last word. */
export const mayAskConsult = (role: Role): boolean => mayChangePatients(role) && role !== 'referral_desk';

/** What a role works on; one table instead of role names in the screens. */
export type Desk = 'village' | 'board' | 'worklist' | 'office' | 'administration' | 'review' | 'audit';
export const DESK: Record<Role, Desk> = {
  village_doctor: 'village',
  township_doctor: 'village',
  family_doctor: 'village',
  referral_desk: 'board',
  receiving_doctor: 'board',
  coordinator: 'worklist',
  specialist: 'worklist',
  manager: 'office',
  administrator: 'administration',
  security_administrator: 'review',
  auditor: 'audit',
};
