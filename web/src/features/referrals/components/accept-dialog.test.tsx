import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, configure, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LegRow, Me, Person } from '@/lib/contract';
import { loadAllTexts, startI18n } from '@/lib/i18n';
import { peopleQuery } from '@/lib/queries/directory';
import { MeProvider } from '@/lib/session';
import { AcceptDialog } from './accept-dialog';

// A busy machine is no fault.
configure({ asyncUtilTimeout: 15_000 });
vi.setConfig({ testTimeout: 30_000 });

beforeEach(async () => {
  await startI18n();
  await loadAllTexts();
});
afterEach(cleanup);

const HOSPITAL = { id: 'h', name: '清河县人民医院' };
const doctor = (id: string, has_account: boolean, licence_ended: boolean): Person => ({
  id,
  name: id,
  organisation: HOSPITAL,
  role: 'receiving_doctor',
  department: null,
  title: null,
  has_account,
  licence_ended,
});

it('offers no patient to whoever has no account or a licence that is over, and says why', () => {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(peopleQuery('h').queryKey, {
    items: [doctor('李四', false, false), doctor('王五', true, true), doctor('何志刚', true, false)],
    next: null,
  });
  const me = { person: { id: 'desk' }, position: { organisation: HOSPITAL } } as Me;
  const patient = { id: 'p', name: '张小东', sex: 'male', age: 58, birth_date: null } as const;
  const leg = { patient, to: HOSPITAL, to_department: null, urgency: 'emergency' } as unknown as LegRow;
  const send = vi.fn();
  render(
    <QueryClientProvider client={client}>
      <MeProvider value={me}>
        <AcceptDialog leg={leg} busy={false} error={null} onClose={() => undefined} onSend={send} />
      </MeProvider>
    </QueryClientProvider>,
  );
  const options = screen.getAllByRole('option') as HTMLOptionElement[];
  expect(options.slice(1).map(({ text, disabled }) => [text, disabled])).toEqual([
    ['李四 · 未启用账号', true],
    ['王五 · 执业证书已过期', true],
    ['何志刚', false],
  ]);
  fireEvent.click(screen.getByRole('button', { name: '确认接收' }));
  expect(send.mock.calls[0]?.[0]).toMatchObject({ owner_id: '何志刚' });
});
