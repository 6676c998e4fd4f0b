import { describe, expect, it } from 'vitest';
import en from './en';
import zhCN from './zh-CN';

type Tree = { [key: string]: string | Tree };

function flatten(tree: Tree, prefix = ''): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') flat.set(prefix + key, value);
    else for (const [inner, text] of flatten(value, `${prefix}${key}.`)) flat.set(inner, text);
  }
  return flat;
}

/** Chinese has one plural form, English two: they are one key. */
const base = (key: string) => key.replace(/_(one|other)$/, '');
const keys = (tree: Tree) => [...new Set([...flatten(tree).keys()].map(base))].sort();
const values = (text: string) => [...new Set(text.match(/\{\{\s*\w+/g) ?? [])].sort();

describe('the texts of the page', () => {
  it('has the same namespaces in both languages', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zhCN).sort());
  });

  for (const namespace of Object.keys(zhCN) as (keyof typeof zhCN)[]) {
    const source = zhCN[namespace] as Tree;
    const other = en[namespace] as Tree;
    it(`misses no key of ${namespace} in English, and none is left over`, () => {
      expect(keys(other)).toEqual(keys(source));
    });
    it(`has no empty text in ${namespace} and fills in the same values`, () => {
      const originals = flatten(source);
      for (const [key, text] of flatten(other)) {
        const original = originals.get(key) ?? originals.get(base(key));
        expect(text, key).not.toBe('');
        expect(original, key).toBeTruthy();
        expect(values(text), key).toEqual(values(original ?? ''));
      }
    });
    it(`has no Chinese left in English ${namespace}`, () => {
      for (const [key, text] of flatten(other)) expect(text, key).not.toMatch(/[一-鿿]/);
    });
  }
});
