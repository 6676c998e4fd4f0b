import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, configure, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { loadAllTexts, startI18n } from '@/lib/i18n';
import { ImportPage } from './import-page';

vi.mock('@tanstack/react-router', () => ({ Link: () => null }));

// A busy machine is no fault.
configure({ asyncUtilTimeout: 15_000 });
vi.setConfig({ testTimeout: 30_000 });

beforeEach(async () => {
  await startI18n();
  await loadAllTexts();
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const report = (applied: boolean) => ({
  applied,
  sheets: [{ sheet: 'people', rows: 3, created: 3, changed: 0, unchanged: 0 }],
  errors: 0,
  warnings: 0,
  findings: [],
});
const answer = (body: unknown) =>
  new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } });

it('keeps what a trial found when the line breaks during the import, and imports at the second press', async () => {
  const answers = [
    async () => answer(report(false)),
    async () => Promise.reject(new TypeError('no line')),
    async () => answer(report(true)),
  ];
  const fetched = vi.fn(async (_: string) => answers.shift()?.() ?? Promise.reject(new Error('too often')));
  vi.stubGlobal('fetch', fetched);
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ImportPage />
    </QueryClientProvider>,
  );
  const file = new File(['工号,姓名'], 'people.csv', { type: 'text/csv' });
  fireEvent.change(screen.getByLabelText('选择文件', { selector: 'input' }), { target: { files: [file] } });
  fireEvent.click(await screen.findByRole('button', { name: /^导入/ }));
  await screen.findByText(/连接不上服务器/);
  expect(screen.getByRole('row', { name: '人员 3 3 0 0' })).toBeTruthy();

  fireEvent.click(screen.getByRole('button', { name: '重试' }));
  await screen.findByRole('heading', { name: '导入结果' });
  expect(fetched.mock.calls.map(([url]) => url.includes('dry_run'))).toEqual([true, false, false]);
});
