// Commands on the directory, and how a form's texts become what the server takes.

import { call } from '@/lib/api';
import type {
  Agreement,
  Capability,
  Department,
  Id,
  OrganisationDetail,
  PersonDetail,
  Role,
  Time,
} from '@/lib/contract';
import { dayOf, fromLocalInput } from '@/lib/format';

export const textOrNone = (text: string | undefined): string | null => text?.trim() || null;

/** A day of a form as the moment at which it begins, in the alliance's zone. */
export function beginning(day: string | undefined): Time | null {
  return day ? new Date(fromLocalInput(`${day}T00:00`)).toISOString() : null;
}

/** A day that counts to its end. */
export function ending(day: string | undefined): Time | null {
  if (!day) return null;
  const next = new Date(Date.parse(`${day}T00:00Z`) + 24 * 3_600_000).toISOString().slice(0, 10);
  return beginning(next);
}

/** The last day that counts before `time`. */
export const lastDayOf = (time: Time | null | undefined): string => (time ? dayOf(Date.parse(time) - 1) : '');

export const dayOfTime = (time: Time | null | undefined): string => (time ? dayOf(Date.parse(time)) : '');

export const saveOrganisation = (standing: OrganisationDetail | null, body: { id: Id }) =>
  standing
    ? call('PATCH', `organisations/${standing.id}`, { body, version: standing.version })
    : call('POST', 'organisations', { body });
export const endOrganisation = ({ id, version }: OrganisationDetail) =>
  call('POST', `organisations/${id}/end`, { body: {}, version });

export const saveDepartment = (standing: Department | null, body: object) =>
  standing
    ? call('PATCH', `departments/${standing.id}`, { body, version: standing.version })
    : call('POST', 'departments', { body });
export const endDepartment = ({ id, version }: Department) =>
  call('POST', `departments/${id}/end`, { body: {}, version });

export const savePerson = (standing: PersonDetail | null, body: object) =>
  standing
    ? call('PATCH', `people/${standing.id}`, { body, version: standing.version })
    : call('POST', 'people', { body });
export const leave = ({ id, version }: PersonDetail) =>
  call('POST', `people/${id}/leave`, { body: {}, version });

/** Whose positions and leaving are dealt with at the console: those who watch over administrators. */
export const watches = (role: Role) => role === 'security_administrator' || role === 'auditor';

export const givePosition = (body: object) => call('POST', 'positions', { body });
export const endPosition = (id: Id) => call('POST', `positions/${id}/end`, { body: {} });

export const agree = (body: object) => call('POST', 'agreements', { body });
export const endAgreement = ({ id, version }: Agreement) =>
  call('POST', `agreements/${id}/end`, { body: {}, version });

export const addCapability = (body: object) => call('POST', 'capabilities', { body });
export const endCapability = ({ id, version }: Capability) =>
  call('POST', `capabilities/${id}/end`, { body: {}, version });
export const setPlace = (organisation: Id, version: number, body: object) =>
  call('PATCH', `organisations/${organisation}/facilities`, { body, version });
