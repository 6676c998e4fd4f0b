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

it('brings every text that the first screens use with the page itself', () => {
  const files = new Set<string>();
  for (const entry of ['main.tsx', 'app/start-page.tsx', 'features/home/components/home-page.tsx']) {
    for (const file of reachable(join(src, entry))) files.add(file);
  }
  const used = new Set<string>();
  for (const file of files) {
    for (const [, name] of readFileSync(file, 'utf8').matchAll(/(?:useTranslation|translate)\('(\w+)'/g)) {
      used.add(name ?? '');
    }
  }
  expect(files.size).toBeGreaterThan(30);
  expect([...used].filter((name) => !(name in start))).toEqual([]);
});
