import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { act, cleanup, render } from '@testing-library/react';
import { useRef } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Problem } from '@/lib/problem';
import { noticesQuery } from '@/lib/queries/notices';
import { markThreadRead } from '@/lib/queries/threads';
import { useReading } from './reading';

vi.mock('@/lib/queries/threads', async (original) => ({
  ...(await original<object>()),
  markThreadRead: vi.fn(),
}));

/** The one observer there is, told by hand what the screen shows. */
let screen: (isIntersecting: boolean) => void;
beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      constructor(callback: (entries: { isIntersecting: boolean }[]) => void) {
        screen = (isIntersecting) => act(() => callback([{ isIntersecting }]));
      }
      observe() {}
      disconnect() {}
    },
  );
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.mocked(markThreadRead).mockReset();
});

function Foot({ newest }: { newest: number }) {
  const foot = useRef<HTMLDivElement>(null);
  useReading('7', foot, newest, 1);
  return <div ref={foot} />;
}

function shown(newest: number) {
  const client = new QueryClient({ defaultOptions: { mutations: { networkMode: 'always' } } });
  client.setQueryData(noticesQuery.queryKey, { items: [], next: null, unread: 0 });
  const tree = (number: number) => (
    <QueryClientProvider client={client}>
      <Foot newest={number} />
    </QueryClientProvider>
  );
  const { rerender } = render(tree(newest));
  return (number: number) => rerender(tree(number));
}

const told = () => vi.mocked(markThreadRead).mock.calls.map(([, upTo]) => upTo);

describe('a message', () => {
  it('is read when its end stands on the screen, and what came below it is not', async () => {
    vi.mocked(markThreadRead).mockResolvedValue(undefined as never);
    const grow = shown(3);
    screen(false);
    expect(told()).toEqual([]);
    screen(true);
    await act(() => vi.advanceTimersByTimeAsync(0));
    expect(told()).toEqual([3]);
    grow(4);
    screen(false);
    await act(() => vi.advanceTimersByTimeAsync(0));
    expect(told()).toEqual([3]);
    screen(true);
    await act(() => vi.advanceTimersByTimeAsync(0));
    expect(told()).toEqual([3, 4]);
  });

  it('that could not be said to be read is said again, and once', async () => {
    vi.mocked(markThreadRead)
      .mockRejectedValueOnce(new Problem({ code: 'page.unreachable', status: 0 }))
      .mockRejectedValueOnce(new Problem({ code: 'http.500', status: 500 }))
      .mockResolvedValue(undefined as never);
    shown(3);
    screen(true);
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    expect(told()).toEqual([3, 3, 3]);
    screen(true);
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    expect(told()).toHaveLength(3);
  });

  it('of a conversation that is closed to the reader is tried again only when it is looked at again', async () => {
    vi.mocked(markThreadRead).mockRejectedValue(new Problem({ code: 'request.not-found', status: 404 }));
    shown(3);
    screen(true);
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    expect(told()).toEqual([3]);
    screen(true);
    await act(() => vi.advanceTimersByTimeAsync(0));
    expect(told()).toEqual([3, 3]);
  });
});
