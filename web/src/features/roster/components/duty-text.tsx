// One duty in words: when, for what, and in which rank.

import type { Duty } from '@/lib/contract';
import { dayOf, formatClock, formatWeekday } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';

/** 11月24日 周二 08:00–20:00; the second day is named where it is another one. */
export function useWhen(): (duty: Duty) => string {
  const { t, language } = useTranslation('roster');
  return (duty) => {
    const [from, until] = [Date.parse(duty.starts_at), Date.parse(duty.ends_at)];
    const day = formatWeekday(dayOf(from), language);
    const lastDay = dayOf(until - 1) === dayOf(from) ? '' : `${formatWeekday(dayOf(until), language)} `;
    return t('sameDay', {
      day,
      from: formatClock(from, language),
      until: `${lastDay}${formatClock(until, language)}`,
    });
  };
}

export function useWhat(): (duty: Duty) => string {
  const { t } = useTranslation('roster');
  return (duty) => {
    const place = duty.department?.name ?? (duty.kind === 'hospital' ? duty.organisation?.name : null);
    return [t(`kinds.${duty.kind}`), place, t(`ranks.${duty.rank}`)].filter(Boolean).join(' · ');
  };
}
