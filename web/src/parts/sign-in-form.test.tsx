import { cleanup, configure, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startI18n } from '@/lib/i18n';
import { SignInForm } from './sign-in-form';

// A busy machine is no fault.
configure({ asyncUtilTimeout: 15_000 });
vi.setConfig({ testTimeout: 30_000 });

beforeEach(startI18n);
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function refuse(status: number, code: string, headers: Record<string, string> = {}) {
  const fetched = vi.fn(
    async () =>
      new Response(JSON.stringify({ code, status }), {
        status,
        headers: { 'content-type': 'application/problem+json', ...headers },
      }),
  );
  vi.stubGlobal('fetch', fetched);
  return fetched;
}
const type = (label: string, value: string) =>
  fireEvent.change(screen.getByLabelText(label), { target: { value } });

it('lets the next person at a shared computer try at once, though the one before is locked out', async () => {
  refuse(429, 'access.too-many-attempts', { 'retry-after': '60' });
  render(<SignInForm onSignedIn={() => undefined} />);
  type('账号', 'village');
  type('密码', 'wrong');
  fireEvent.click(screen.getByRole('button', { name: '登录' }));
  const locked = (await screen.findByRole('button', { name: /请等待/ })) as HTMLButtonElement;
  expect(locked.disabled).toBe(true);

  type('账号', 'township');
  expect(screen.queryByRole('alert')).toBeNull();
  expect((screen.getByRole('button', { name: '登录' }) as HTMLButtonElement).disabled).toBe(false);
});

it('leaves no mark of a missing field beside what was refused', async () => {
  const fetched = refuse(401, 'access.wrong-credentials');
  render(<SignInForm onSignedIn={() => undefined} />);
  type('账号', 'village');
  fireEvent.click(screen.getByRole('button', { name: '登录' }));
  expect(screen.getByText('请填写此项')).toBeTruthy();
  expect(fetched).not.toHaveBeenCalled();

  type('密码', 'wrong');
  fireEvent.click(screen.getByRole('button', { name: '登录' }));
  await screen.findByText(/账号或密码不正确/);
  expect(screen.queryByText('请填写此项')).toBeNull();
});
