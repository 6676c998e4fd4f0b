import { cleanup, configure, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startI18n } from '@/lib/i18n';
import { App } from '../app';

// A busy machine is no fault.
configure({ asyncUtilTimeout: 15_000 });
vi.setConfig({ testTimeout: 30_000 });

function answer(body: unknown) {
  return new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } });
}
const organisation = { id: 'h', name: '清河县人民医院' };
const me = {
  person: { id: 'm', name: '高永康', login: 'manager', organisation },
  position: { id: 'x', role: 'manager', organisation, department: null },
  positions: [],
  alliance: { id: 'a', name: '清河县医共体', timezone: 'Asia/Shanghai' },
  server_time: '2026-11-28T08:00:00.000Z',
  demo: false,
  owed: null,
  second_factor_off: false,
};

beforeEach(async () => {
  vi.stubGlobal('scrollTo', () => undefined);
  vi.stubGlobal('matchMedia', () => ({ matches: true }));
  await startI18n();
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

it('shows a manager who types the address of the audit trail that nothing is there, and asks the server for none', async () => {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: string) => {
    asked.push(url);
    return url.endsWith('/session') ? answer(me) : answer({ items: [], next: null, unread: 0 });
  });
  window.history.replaceState(null, '', '/audit');
  render(<App />);
  await screen.findByText('没有找到这个页面或记录');
  expect(screen.getAllByRole('link', { name: '转诊' }).length).toBeGreaterThan(0);
  expect(asked.filter((url) => url.includes('/audit'))).toEqual([]);
});
