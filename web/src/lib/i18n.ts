// Language of the page: zh-CN is the source and always there, en comes when asked for. Remembered on the device.
// Our own hundred lines instead of a library: texts by typed key, values, and the English plural are all we use, and
// the village home pays for every kilobyte.

import { useSyncExternalStore } from 'react';
import type zhCN from '../locales/zh-CN';
import start from '../locales/zh-CN.start';
import { setApiLanguage } from './api';

export const LANGUAGES = ['zh-CN', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];
export type Namespace = keyof typeof zhCN;

type Leaves<T> = {
  [K in keyof T & string]: T[K] extends string ? K : `${K}.${Leaves<T[K]>}`;
}[keyof T & string];
/** Every key of a namespace of the source language, dotted: a text that is not there does not compile. */
export type TextKey<N extends Namespace> = Leaves<(typeof zhCN)[N]>;

export type Values = Record<string, unknown> & { count?: number };
type Tree = { readonly [key: string]: string | Tree };
type Texts = Readonly<Record<string, Tree>>;

const STORED = 'consult.language';
let source: Texts = start;
let texts: Texts = source;
let rest: Promise<void> | null = null;
let language: Language = 'zh-CN';
const listeners = new Set<() => void>();

function find(tree: Tree | undefined, key: string): string | undefined {
  let here: string | Tree | undefined = tree;
  for (const part of key.split('.')) {
    if (typeof here !== 'object') return undefined;
    here = here[part];
  }
  return typeof here === 'string' ? here : undefined;
}

function lookUp(namespace: string, key: string, count: number | undefined): string | undefined {
  const own = texts[namespace];
  if (count !== undefined) {
    const plural = find(own, `${key}_${count === 1 ? 'one' : 'other'}`);
    if (plural !== undefined) return plural;
  }
  return find(own, key) ?? find(source[namespace], key);
}

function fill(text: string, values: Values | undefined): string {
  if (!values) return text;
  return text.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => String(values[name] ?? ''));
}

/** The text of a key in the present language. Components use `useTranslation`, which also follows a change. */
export function translate<N extends Namespace>(namespace: N, key: TextKey<N>, values?: Values): string {
  return fill(lookUp(namespace, key, values?.count) ?? key, values);
}

/** For keys that come from the server: whether the page has a text for this one. */
export function hasText<N extends Namespace>(namespace: N, key: string): key is TextKey<N> {
  return lookUp(namespace, key, undefined) !== undefined;
}

export interface Translation<N extends Namespace> {
  t: (key: TextKey<N>, values?: Values) => string;
  has: (key: string) => key is TextKey<N>;
  language: Language;
}

export function useTranslation<N extends Namespace = 'common'>(namespace: N = 'common' as N): Translation<N> {
  const now = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => language,
  );
  return {
    t: (key, values) => translate(namespace, key, values),
    has: (key): key is TextKey<N> => hasText(namespace, key),
    language: now,
  };
}

function remembered(): Language {
  try {
    return localStorage.getItem(STORED) === 'en' ? 'en' : 'zh-CN';
  } catch {
    return 'zh-CN';
  }
}

/** The texts of the screens that are not the first. Routes wait for it before they show; a failure is tried again. */
export function loadAllTexts(): Promise<void> {
  rest ??= import('../locales/zh-CN').then(
    (all) => {
      source = all.default;
      if (language === 'zh-CN') texts = source;
    },
    (error: unknown) => {
      rest = null;
      throw error;
    },
  );
  return rest;
}

/** Before the first paint, so that no text changes under the reader. */
export async function startI18n(): Promise<void> {
  await setLanguage(remembered()).catch(() => setLanguage('zh-CN'));
}

export async function setLanguage(next: Language): Promise<void> {
  texts = next === 'en' ? (await import('../locales/en')).default : source;
  language = next;
  setApiLanguage(next);
  document.documentElement.lang = next;
  document.title = translate('common', 'productShort');
  try {
    localStorage.setItem(STORED, next);
  } catch {
    // A browser without storage forgets the choice, nothing else.
  }
  for (const listener of listeners) listener();
}
