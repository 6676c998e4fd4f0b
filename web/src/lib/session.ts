// Who is signed in. `useMe` is for everything below the shell, which renders only with an answer.

import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { call } from './api';
import { clock } from './clock';
import type { Me, Role } from './contract';

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

/** What a role works on; one table instead of role names in the screens. */
export type Desk = 'village' | 'board' | 'worklist' | 'office';
export const DESK: Record<Role, Desk> = {
  village_doctor: 'village',
  township_doctor: 'village',
  family_doctor: 'village',
  referral_desk: 'board',
  receiving_doctor: 'board',
  coordinator: 'worklist',
  specialist: 'worklist',
  manager: 'office',
  administrator: 'office',
  security_administrator: 'office',
  auditor: 'office',
};
