/// <reference types="node" />
// @vitest-environment node
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import start from './zh-CN.start';

const src = resolve(import.meta.dirname, '..');

/** The file behind an import of our own; `null` for packages, types and data. */
function fileOf(specifier: string, from: string): string | null {
  const path = specifier.startsWith('@/')
    ? join(src, specifier.slice(2))
    : specifier.startsWith('.')
      ? resolve(dirname(from), specifier)
      : null;
  return path === null ? null : ([`${path}.tsx`, `${path}.ts`].find((file) => existsSync(file)) ?? null);
}

function reachable(entry: string, found = new Set<string>()): Set<string> {
  if (found.has(entry)) return found;
  found.add(entry);
  // Only static imports: a screen behind import() waits for all texts first.
  for (const [, specifier] of readFileSync(entry, 'utf8').matchAll(
    /^(?:import|export)[^;]*? from '([^']+)';/gm,
  )) {
    const next = fileOf(specifier ?? '', entry);
    if (next) reachable(next, found);
  }
  return found;
}

/** Keys that a file with one namespace asks for and that do not come with the page; of `a.${b}` the part before it. */
function absent(text: string): string[] {
  const spaces = new Set(
    Array.from(text.matchAll(/useTranslation\((?:'(\w+)')?\)/g), ([, name]) => name ?? 'common'),
  );
  const [space] = spaces;
  if (space === undefined || spaces.size > 1 || !(space in start)) return [];
  const asked = Array.from(
    text.matchAll(/\bt\((?:'([\w.]+)'|`([\w.]+)\.\$\{)/g),
    ([, key, head]) => key ?? head ?? '',
  );
  const isThere = (key: string) =>
    key
      .split('.')
      .reduce<unknown>(
        (at, part) => (at as Record<string, unknown> | undefined)?.[part],
        start[space as keyof typeof start],
      ) !== undefined;
  return asked.filter((key) => !isThere(key)).map((key) => `${space}:${key}`);
}

it('brings every text that the first screens use with the page itself', () => {
  const files = new Set<string>();
  for (const entry of ['main.tsx', 'app/start-page.tsx', 'features/home/components/home-page.tsx']) {
    for (const file of reachable(join(src, entry))) files.add(file);
  }
  const used = new Set<string>();
  const missing: string[] = [];
  for (const file of files) {
    for (const [, name] of readFileSync(file, 'utf8').matchAll(/(?:useTranslation|translate)\('(\w+)'/g)) {
      used.add(name ?? '');
    }
    missing.push(...absent(readFileSync(file, 'utf8')).map((key) => `${file}: ${key}`));
  }
  expect(files.size).toBeGreaterThan(30);
  expect([...used].filter((name) => !(name in start))).toEqual([]);
  expect(missing).toEqual([]);
});
