// How old a figure is, in words. What somebody counted is never shown without it.

import { useTranslation } from '@/lib/i18n';

/** 刚刚, 40 分钟前, 2 小时前, 3 天前 */
export function useAge(): (at: string, now: number) => string {
  const { t } = useTranslation('routing');
  return (at, now) => {
    const minutes = Math.max(0, Math.floor((now - Date.parse(at)) / 60_000));
    if (minutes < 1) return t('age.now');
    if (minutes < 60) return t('age.minutes', { count: minutes });
    if (minutes < 48 * 60) return t('age.hours', { count: Math.floor(minutes / 60) });
    return t('age.days', { count: Math.floor(minutes / 1440) });
  };
}
