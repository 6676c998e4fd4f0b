// Questions of the receiving side and the answers to them.

import { clock } from '@/lib/clock';
import type { Ask } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { Status } from '@/ui/status';

export function Asks({ asks }: { asks: Ask[] }) {
  const { t, language } = useTranslation('common');
  return (
    <ul className="stack">
      {asks.map((ask) => (
        <li key={`${ask.asked_at}${ask.text}`} className="stack-small">
          <p className="prewrap">
            <strong>{t('asked')}</strong> {ask.text}{' '}
            <span className="soft small tabular">{formatTime(ask.asked_at, language, clock.now())}</span>
          </p>
          {ask.answer === null ? (
            <span>
              <Status tone="amber" icon="question">
                {t('notAnswered')}
              </Status>
            </span>
          ) : (
            <p className="prewrap timeline-quote">{ask.answer}</p>
          )}
        </li>
      ))}
    </ul>
  );
}
