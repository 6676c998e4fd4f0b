/// <reference types="node" />
// @vitest-environment node
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CriteriaSet, evaluate, numberOf } from './rules';

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../referral/criteria', name), 'utf8'));
const shipped = read<CriteriaSet>('shipped.json');
interface Vector {
  what: string;
  vitals?: Record<string, string>;
  answers?: Record<string, string>;
  met: string[];
}

describe('the criteria of a referral', () => {
  for (const vector of read<Vector[]>('vectors.json')) {
    it(`are judged as the server judges them: ${vector.what}`, () => {
      expect(evaluate(shipped, vector.vitals ?? {}, vector.answers ?? {})).toEqual(vector.met);
    });
  }

  it('read a number only where a text begins with one', () => {
    expect(['98 %', '３６．５', '12.', '.5'].map(numberOf)).toEqual([98, 36.5, 12, 0.5]);
    expect(['', 'abc', '-3', '.', '1.2.3'].map(numberOf)).toEqual([null, null, null, null, null]);
  });
});
