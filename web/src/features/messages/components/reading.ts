// Tells the server what was read: when the end of the newest message stands on the screen, and somebody looks. Whoever has scrolled
// up has not seen what came below. What could not be told is told when the line is there again.

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type RefObject, useEffect, useRef } from 'react';
import type { Id, Notice } from '@/lib/contract';
import { asProblem, isTransient } from '@/lib/problem';
import { markNoticeRead, noticesQuery } from '@/lib/queries/notices';
import { markThreadRead, threadQuery } from '@/lib/queries/threads';

const FIRST_WAIT_MS = 800;
const LONGEST_WAIT_MS = 30_000;

/** `foot` stands behind the newest message. */
export function useReading(
  threadId: Id,
  foot: RefObject<HTMLElement | null>,
  newest: number,
  unread: number,
): void {
  const client = useQueryClient();
  /** Up to where it is told, or being told. */
  const told = useRef(0);
  const { mutate } = useMutation({
    mutationFn: (upTo: number) => markThreadRead(threadId, upTo),
    retry: (_, error) => mayPass(error),
    retryDelay: (failures) => Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures),
    onError: () => {
      told.current = 0;
    },
    onSuccess: async () => {
      void client.invalidateQueries({ queryKey: ['thread', 'list'] });
      void client.invalidateQueries({ queryKey: threadQuery(threadId).queryKey, exact: true });
      // The notice has done its work: whoever has read need not be told again.
      const notices = await client.ensureQueryData(noticesQuery);
      const done = notices.items.filter((one) => one.subject.id === threadId && isUnreadMessage(one));
      await Promise.all(done.map((one) => markNoticeRead(one.id)));
      if (done.length > 0) void client.invalidateQueries({ queryKey: noticesQuery.queryKey });
    },
  });
  useEffect(() => {
    const element = foot.current;
    if (!element || unread === 0 || newest === 0) return;
    let shown = false;
    const look = () => {
      if (!shown || document.hidden || told.current >= newest) return;
      told.current = newest;
      mutate(newest);
    };
    // What a list has scrolled out of sight does not intersect the screen.
    const watch = new IntersectionObserver((entries) => {
      shown = entries.at(-1)?.isIntersecting ?? false;
      look();
    });
    watch.observe(element);
    document.addEventListener('visibilitychange', look);
    return () => {
      watch.disconnect();
      document.removeEventListener('visibilitychange', look);
    };
  }, [foot, newest, unread, mutate]);
}

function mayPass(error: unknown): boolean {
  const problem = asProblem(error);
  return isTransient(problem) || problem.status >= 500;
}

const isUnreadMessage = (notice: Notice) => notice.subject.kind === 'thread' && notice.read_at === null;
