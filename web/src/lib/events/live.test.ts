import { QueryClient } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import { apply } from './live';

const BOARD = ['leg', 'list', 'board'];
const LEG = ['leg', 'one', '7'];
const BEDS = ['beds', 'list'];
const SESSION = ['session'];

/** What is asked again because of an event. */
function stale(event: string, data = '{}'): unknown[] {
  const client = new QueryClient();
  const keys = [BOARD, LEG, BEDS, SESSION, ['todo'], ['notice', 'list'], ['consult', 'list']];
  for (const key of keys) client.setQueryData(key, 1);
  apply(client, { id: null, event, data });
  return keys.filter((key) => client.getQueryState(key)?.isInvalidated);
}

describe('a live event', () => {
  it('makes what it names be asked again', () => {
    expect(stale('changed', '{"kind":"leg","id":"7"}')).toEqual([BOARD, LEG, BEDS]);
    expect(stale('todo')).toEqual([['todo']]);
    expect(stale('notice')).toEqual([['todo'], ['notice', 'list']]);
  });

  it('that says too much was missed makes all be asked again, but not who is signed in', () => {
    const all = stale('reload');
    expect(all).toEqual(expect.arrayContaining([BOARD, LEG, BEDS, ['todo'], ['notice', 'list']]));
    expect(all).toHaveLength(6);
    expect(all).not.toContainEqual(SESSION);
  });

  it('of no known kind, or cut, changes nothing', () => {
    expect(stale('hello')).toEqual([]);
    expect(stale('changed', '{"kind":')).toEqual([]);
  });
});
