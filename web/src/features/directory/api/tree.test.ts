import { expect, it } from 'vitest';
import type { Organisation } from '@/lib/contract';
import { branches, matching } from './tree';

function organisation(code: string, parent: string | null, external = false): Organisation {
  return {
    id: code,
    name: `院 ${code}`,
    code,
    level: 'township_centre',
    parent: parent === null ? null : { id: parent, name: parent },
    external,
    without_account: false,
    departments: [],
    agreements: { consult: false, referral: false },
  };
}

const ALL = [
  organisation('Z', null, true),
  organisation('C', 'B'),
  organisation('B', 'A'),
  organisation('A', null),
  organisation('D', 'gone'),
];

it('reads each under the one it belongs to, and those outside last', () => {
  const read = branches(ALL).map(({ organisation: { code }, depth }) => `${code}${depth}`);
  expect(read).toEqual(['A0', 'B1', 'C2', 'D0', 'Z0']);
});

it('finds by name and by code in any case, and loses none in a tree', () => {
  expect(matching(ALL, ' c ').map((one) => one.organisation.code)).toEqual(['C']);
  expect(matching(ALL, '院')).toHaveLength(5);
  expect(matching(ALL, '')).toHaveLength(5);
});
