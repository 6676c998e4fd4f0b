// What happened, in words: the type of an event, and what it says that can be said in one line. The same in a course of
// events and between the lines of a conversation.

import type { TimelineEntry } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';

export function useEventWords(): (entry: TimelineEntry) => string {
  const { t, has } = useTranslation('timeline');
  const consults = useTranslation('consults');
  const referrals = useTranslation('referrals');

  /** A coded reason in the words of its subject: `consult.declined` says it as consults do. */
  function reason({ type, payload }: TimelineEntry): string | null {
    const key = `declineReason.${payload.reason_code}`;
    if (type.startsWith('consult.')) return consults.has(key) ? consults.t(key) : null;
    return referrals.has(key) ? referrals.t(key) : null;
  }
  /** Whom somebody called, and what came of it. */
  function called({ type, payload }: TimelineEntry): string | null {
    if (type !== 'leg.called') return null;
    const [callee, result] = [`calls.callee.${payload.callee}`, `calls.result.${payload.result}`];
    const whom = typeof payload.whom === 'string' ? payload.whom : '';
    const words = [callee, result].map((key) => (referrals.has(key) ? referrals.t(key) : ''));
    return [...words, whom].filter(Boolean).join(' ');
  }
  return (entry) =>
    [has(entry.type) ? t(entry.type) : t('other'), reason(entry), called(entry)].filter(Boolean).join(' · ');
}
