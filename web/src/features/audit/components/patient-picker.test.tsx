import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, configure, fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { loadAllTexts, startI18n } from '@/lib/i18n';
import { PatientPicker } from './patient-picker';

// A busy machine is no fault.
configure({ asyncUtilTimeout: 15_000 });
vi.setConfig({ testTimeout: 30_000 });

const ID = '0192f0c1-2345-7abc-8def-0123456789ab';

beforeEach(async () => {
  await startI18n();
  await loadAllTexts();
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function Picker() {
  const [value, setValue] = useState('');
  return (
    <QueryClientProvider client={new QueryClient()}>
      <PatientPicker value={value} onChange={setValue} />
    </QueryClientProvider>
  );
}
const search = (text: string) => {
  fireEvent.change(screen.getByLabelText('患者'), { target: { value: text } });
  fireEvent.click(screen.getByRole('button', { name: '查找' }));
};

it('looks a patient up by identity number at a press, never in an address, and takes an id as it is', async () => {
  const fetched = vi.fn(
    async (_url: string, _init: RequestInit) =>
      new Response(JSON.stringify({ id: ID, name_masked: '王**' }), {
        headers: { 'content-type': 'application/json' },
      }),
  );
  vi.stubGlobal('fetch', fetched);
  render(<Picker />);
  search('11010519491231002X');
  await screen.findByText(`王** · ${ID}`);
  const [url, init] = fetched.mock.calls[0] ?? [];
  expect(url).toBe('/api/v1/audit/patient');
  expect(init?.body).toContain('11010519491231002X');

  fireEvent.click(screen.getByRole('button', { name: '不限患者' }));
  search(ID.toUpperCase());
  await screen.findByText(ID);
  expect(fetched).toHaveBeenCalledTimes(1);
});
