// What happened, who did it and when; the newest first.

import { clock } from '@/lib/clock';
import type { TimelineEntry } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { useEventWords } from './event-words';

/** The words that people wrote into a step, by the names the server gives them. */
const QUOTED = ['text', 'reason', 'note', 'suggestion', 'circumstances', 'answer'] as const;

function quotes(payload: Record<string, unknown>): string[] {
  return QUOTED.map((key) => payload[key]).filter(
    (value): value is string => typeof value === 'string' && value.trim() !== '' && !/^[a-z_]+$/.test(value),
  );
}

export function Timeline({ entries }: { entries: TimelineEntry[] }) {
  const { t, language } = useTranslation('timeline');
  const words = useEventWords();
  const newest = [...entries].sort((a, b) => b.seq - a.seq);
  return (
    <ol className="timeline">
      {newest.map((entry) => (
        <li key={entry.id}>
          <p className="timeline-what">{words(entry)}</p>
          <p className="soft small">
            {entry.actor ? `${entry.actor.name} · ${entry.actor.organisation.name}` : t('system')}
            {' · '}
            <time dateTime={entry.occurred_at} className="tabular">
              {formatTime(entry.recorded_at, language, clock.now())}
            </time>
          </p>
          {Date.parse(entry.recorded_at) - Date.parse(entry.occurred_at) > 60_000 && (
            <p className="soft small">
              {t('late', { time: formatTime(entry.occurred_at, language, clock.now()) })}
            </p>
          )}
          {quotes(entry.payload).map((text) => (
            <p className="timeline-quote prewrap" key={text}>
              {text}
            </p>
          ))}
        </li>
      ))}
    </ol>
  );
}
