import type { SettingsChange } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { MINUTE, partsOf } from '../spans';

/** 1 天 2 小时, 10 分钟 */
export function useSpanText(): (minutes: number) => string {
  const { t } = useTranslation('settings');
  return (minutes) => {
    const parts = partsOf(minutes);
    return [
      parts.days > 0 && t('span.days', { count: parts.days }),
      parts.hours > 0 && t('span.hours', { count: parts.hours }),
      (parts.minutes > 0 || minutes === 0) && t('span.minutes', { count: parts.minutes }),
    ]
      .filter(Boolean)
      .join(' ');
  };
}

/** What differs, in words where there are words for it: from → to. */
export function Changes({ changes }: { changes: SettingsChange[] }) {
  const { t, has } = useTranslation('settings');
  const span = useSpanText();
  const nameOf = (part: string) => {
    for (const group of ['duty', 'urgency', 'part']) {
      const key = `${group}.${part}`;
      if (has(key)) return t(key as 'part.deadlines');
    }
    return part;
  };
  function shown(path: string, value: unknown): string {
    if (value === null || value === undefined) return t('nothing');
    if (typeof value === 'boolean') return t(value ? 'on' : 'off');
    if (typeof value === 'number' && path.startsWith('deadlines.')) return span(value / MINUTE);
    if (typeof value === 'number' && path === 'beds.stale_minutes') return span(value);
    if (path.endsWith('.ladder')) return t(`ladder.${value as 'receiver'}`);
    return typeof value === 'string' ? value : JSON.stringify(value);
  }
  if (changes.length === 0) return <p className="soft">{t('noChanges')}</p>;
  return (
    <ul className="settings-changes">
      {changes.map((one) => (
        <li key={one.path}>
          <span>
            {one.path
              .split('.')
              .filter((part) => part !== 'within' && part !== 'items')
              .map(nameOf)
              .join(' · ')}
          </span>
          <span>
            <del>{shown(one.path, one.from)}</del> <span aria-hidden="true">→</span>{' '}
            <strong>{shown(one.path, one.to)}</strong>
          </span>
        </li>
      ))}
    </ul>
  );
}
