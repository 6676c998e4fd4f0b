// Holds each subject, in the file of its name with `.fits.ts`, against the description that the server gives of itself
// (`schema.d.ts`, made by `npm run gen`). Types only: a field that the server renamed, dropped or made into something else does
// not compile.

import type { components } from '../schema';

export type Theirs = components['schemas'];

/** The server writes `null` where it has nothing; its description calls such fields optional. */
type Told<T> = T extends (infer Item)[]
  ? Told<Item>[]
  : T extends object
    ? { [K in keyof T]-?: Told<Exclude<T[K], undefined>> }
    : T;

/** Codes are plain text in parts of the description: a union of words is compared as text. */
type Wide<T> = T extends string
  ? string
  : T extends (infer Item)[]
    ? Wide<Item>[]
    : T extends object
      ? { [K in keyof T]: Wide<T[K]> }
      : T;

/** What the server says has everything that the page reads. */
export type Reads<Theirs, Ours> =
  Wide<Told<Theirs>> extends Wide<Ours> ? true : { page: Wide<Ours>; server: Wide<Told<Theirs>> };
/** What the page sends is something that the server takes. */
export type Writes<Ours, Theirs> =
  Wide<Ours> extends Wide<Theirs> ? true : { page: Wide<Ours>; server: Wide<Theirs> };
export type Must<Checks extends true[]> = Checks;
