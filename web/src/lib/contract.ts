// The resources of /api/v1 as the page uses them, by the names under which pages ask for them. Field names are the server's. Each
// subject has a file of its own, and beside it the check that it fits what the server says of itself (`contract/fits.ts`).
// Types only: nothing of this is loaded.

export type * from './contract/account';
export type * from './contract/beds';
export type * from './contract/board';
export type * from './contract/common';
export type * from './contract/consults';
export type * from './contract/deliveries';
export type * from './contract/directory';
export type * from './contract/duties';
export type * from './contract/follow-ups';
export type * from './contract/messages';
export type * from './contract/notices';
export type * from './contract/oversight';
export type * from './contract/packages';
export type * from './contract/patients';
export type * from './contract/referrals';
export type * from './contract/routing';
export type * from './contract/settings';
export type * from './contract/studies';
