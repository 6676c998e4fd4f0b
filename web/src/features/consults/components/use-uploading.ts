import { useEffect, useSyncExternalStore } from 'react';
import { EMPTY_QUEUE, totals } from '@/lib/uploads/queue';
import type { UploadRunner } from '@/lib/uploads/runner';

const nobody = () => () => undefined;
const nothing = () => EMPTY_QUEUE;

/** Whether files are still on their way; while they are, the browser asks before it leaves the page. */
export function useUploading(runner: UploadRunner | null): boolean {
  const queue = useSyncExternalStore(runner?.subscribe ?? nobody, runner?.snapshot ?? nothing);
  const { active } = totals(queue);
  useEffect(() => {
    if (!active) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [active]);
  return active;
}
