import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { act, cleanup, configure, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { call } from '@/lib/api';
import { startI18n } from '@/lib/i18n';
import { ConnectionBanner } from './connection-banner';

// A busy machine is no fault.
configure({ asyncUtilTimeout: 15_000 });
vi.setConfig({ testTimeout: 30_000 });

beforeEach(startI18n);
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function Part() {
  const { data, error } = useQuery({
    queryKey: ['part'],
    queryFn: () => call<string>('GET', 'part'),
    retry: false,
    networkMode: 'always',
  });
  return <p>{error ? 'failed' : (data ?? 'loading')}</p>;
}

it('asks again for what failed while the line was away, as it says', async () => {
  const online = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
  vi.stubGlobal('fetch', async () => {
    if (!navigator.onLine) throw new TypeError('no line');
    return new Response('"there"', { headers: { 'content-type': 'application/json' } });
  });
  render(
    <QueryClientProvider client={new QueryClient()}>
      <ConnectionBanner />
      <Part />
    </QueryClientProvider>,
  );
  await screen.findByText('failed');
  expect(screen.getByRole('alert').textContent).toContain('恢复后会自动更新');

  online.mockReturnValue(true);
  act(() => void window.dispatchEvent(new Event('online')));
  await screen.findByText('there');
  expect(screen.queryByRole('alert')).toBeNull();
});
