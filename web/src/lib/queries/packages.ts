// Packages for hospitals without an account: the sender makes, lists and withdraws them; whoever has the code opens one.

import { queryOptions } from '@tanstack/react-query';
import { call } from '../api';
import type { Id, NewPackage, Package, PackageContent, Page } from '../contract';

export const packagesQuery = (leg: Id) =>
  queryOptions({
    queryKey: ['leg', 'one', leg, 'packages'],
    queryFn: ({ signal }) => call<Page<Package>>('GET', `legs/${leg}/packages`, { signal }),
  });

/** With an address, a letter without the code goes there. */
export function makePackage(leg: Id, email: string): Promise<NewPackage> {
  return call<NewPackage>('POST', `legs/${leg}/packages`, { body: { email: email || null } });
}

export function revokePackage(leg: Id, id: Id): Promise<Package> {
  return call<Package>('POST', `legs/${leg}/packages/${id}/revoke`);
}

export function openPackage(code: string): Promise<PackageContent> {
  return call<PackageContent>('POST', 'public/packages/open', { body: { code } });
}
