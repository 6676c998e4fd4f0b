import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startI18n } from '@/lib/i18n';
import { Problem } from '@/lib/problem';
import { Loaded } from './states';

beforeEach(startI18n);
afterEach(cleanup);

function show(status: number, code: string) {
  const query = { data: undefined, error: new Problem({ code, status }), refetch: () => undefined };
  render(<Loaded query={query}>{() => null}</Loaded>);
  return screen.queryByRole('button', { name: '重试' });
}

it('offers to try again what failed, but not what is not allowed', () => {
  expect(show(503, 'store.unavailable')).not.toBeNull();
  cleanup();
  expect(show(403, 'access.role-not-allowed')).toBeNull();
  expect(screen.getByRole('alert').textContent).toContain('您的身份不能做这一步');
});
