// The organisations of an alliance as a tree, read from above. Pure.

import type { Id, Organisation } from '@/lib/contract';

export interface Branch {
  organisation: Organisation;
  depth: number;
}

/** Each under the one it belongs to; what has no parent in the list stands at the top, external ones last. */
export function branches(organisations: Organisation[]): Branch[] {
  const known = new Set(organisations.map((one) => one.id));
  const below = new Map<Id | null, Organisation[]>();
  for (const one of organisations) {
    const parent = one.parent && known.has(one.parent.id) ? one.parent.id : null;
    below.set(parent, [...(below.get(parent) ?? []), one]);
  }
  const read = (parent: Id | null, depth: number): Branch[] =>
    (below.get(parent) ?? [])
      .sort((a, b) => Number(a.external) - Number(b.external) || a.code.localeCompare(b.code))
      .flatMap((organisation) => [{ organisation, depth }, ...read(organisation.id, depth + 1)]);
  return read(null, 0);
}

/** By name or code; what is found stands flat, because what is above it may not be. */
export function matching(organisations: Organisation[], typed: string): Branch[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return branches(organisations);
  return organisations
    .filter((one) => one.name.toLowerCase().includes(wanted) || one.code.toLowerCase().includes(wanted))
    .map((organisation) => ({ organisation, depth: 0 }));
}
