import { describe, expect, it } from 'vitest';
import problems from '../locales/zh-CN/problems.json';
import { asProblem, isTransient, Problem, problemKey, problemOf } from './problem';

const known = (key: string) => key in problems;
const keyOf = (code: string, status: number) => problemKey(new Problem({ code, status }), known);

describe('an error of the server', () => {
  it('is a problem with its code, field and reference', async () => {
    const response = new Response(
      JSON.stringify({ code: 'patient.identity-checksum', status: 422, field: 'identity', request_id: 'r1' }),
      { status: 422, headers: { 'content-type': 'application/problem+json' } },
    );
    const problem = await problemOf(response);
    expect(problem).toMatchObject({
      code: 'patient.identity-checksum',
      status: 422,
      field: 'identity',
      requestId: 'r1',
    });
  });

  it('is still a problem when a proxy answers in HTML, or the body is cut', async () => {
    expect((await problemOf(new Response('<html>', { status: 502 }))).code).toBe('http.502');
    const cut = new Response('{"code":', { status: 500, headers: { 'content-type': 'application/json' } });
    expect((await problemOf(cut)).code).toBe('http.500');
  });

  it('says how long to wait', async () => {
    const response = new Response('', { status: 429, headers: { 'retry-after': '17' } });
    expect((await problemOf(response)).retryAfter).toBe(17);
  });
});

describe('the sentence for a problem', () => {
  it('is its own where there is one, else that of its class', () => {
    expect(keyOf('access.wrong-credentials', 401)).toBe('access/wrong-credentials');
    expect(keyOf('something.new', 409)).toBe('class/conflict');
    expect(keyOf('something.new', 422)).toBe('class/refused');
    expect(keyOf('http.500', 500)).toBe('class/server');
    expect(keyOf('page.unreachable', 0)).toBe('page/unreachable');
  });

  it('exists for every class', () => {
    for (const status of [0, 400, 401, 403, 404, 409, 412, 413, 422, 429, 500, 503, 507]) {
      expect(known(keyOf('none.such', status)), String(status)).toBe(true);
    }
  });
});

describe('trying again', () => {
  it('is for what may pass, never for a refusal', () => {
    expect(isTransient(new Problem({ code: 'x', status: 503 }))).toBe(true);
    expect(isTransient(new Problem({ code: 'x', status: 0 }))).toBe(true);
    expect(isTransient(new Problem({ code: 'x', status: 422 }))).toBe(false);
  });

  it('treats a fault of the page as a problem too', () => {
    expect(asProblem(new TypeError('x')).code).toBe('page.unreadable-answer');
  });
});
