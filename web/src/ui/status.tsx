// Status in an icon and a word, with the color as a third sign only.

import type { ReactNode } from 'react';
import { useTranslation } from '@/lib/i18n';
import { deadline } from '../lib/deadline';
import { useNow } from '../lib/ticker';
import { Icon, type IconName } from './icon';

export type Tone = 'gray' | 'blue' | 'teal' | 'amber' | 'red' | 'green';

export function Status({ tone, icon, children }: { tone: Tone; icon: IconName; children: ReactNode }) {
  return (
    <span className={`status tone-${tone}`}>
      <Icon name={icon} size={14} />
      {children}
    </span>
  );
}

/** A running clock to `due` by the server's time. */
export function DeadlineClock({ due }: { due: string }) {
  const { t } = useTranslation();
  const now = useNow();
  const left = deadline(Date.parse(due), now);
  const text = left.days > 0 ? t('daysAnd', { count: left.days, time: left.text }) : left.text;
  return (
    <span className={`clock clock-${left.tone}`}>
      <Icon name={left.late ? 'alert' : 'clock'} size={15} />
      <span className="visually-hidden">{left.late ? t('overdueBy') : t('timeLeft')}</span>
      {left.late ? t('overdue', { time: text }) : text}
    </span>
  );
}
