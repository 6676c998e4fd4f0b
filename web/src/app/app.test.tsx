import { cleanup, configure, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startI18n } from '@/lib/i18n';
import { App } from './app';
import { router } from './router';

// A busy machine is no fault.
configure({ asyncUtilTimeout: 15_000 });
vi.setConfig({ testTimeout: 30_000 });

function answer(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' },
  });
}

beforeEach(async () => {
  vi.stubGlobal('scrollTo', () => undefined);
  await startI18n();
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

it('leads a stranger to the sign-in page, remembers where to, and says what was wrong', async () => {
  vi.stubGlobal('fetch', async (_: string, init?: RequestInit) =>
    init?.method === 'POST'
      ? answer(401, { code: 'access.wrong-credentials', status: 401 })
      : answer(401, { code: 'access.not-signed-in', status: 401 }),
  );
  window.history.replaceState(null, '', '/patients?q=wang');
  render(<App />);
  const login = await screen.findByLabelText('账号');
  expect(router.state.location.pathname).toBe('/sign-in');
  expect(router.state.location.search).toEqual({ next: '/patients?q=wang' });

  fireEvent.change(login, { target: { value: 'village' } });
  fireEvent.change(screen.getByLabelText('密码'), { target: { value: 'wrong' } });
  fireEvent.click(screen.getByRole('button', { name: '登录' }));
  expect((await screen.findByRole('alert')).textContent).toContain('账号或密码不正确');
});
