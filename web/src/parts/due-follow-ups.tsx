// How many follow-ups wait, on the first screen of the village; nothing where none does. Comes by itself after the screen.

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from '@/lib/i18n';
import { followUpsQuery } from '@/lib/queries/follow-ups';
import { Icon } from '@/ui/icon';
import './follow-up.css';

export function DueFollowUps() {
  const { t } = useTranslation('followUp');
  const { data } = useQuery(followUpsQuery('due'));
  const { overdue = 0, today = 0 } = data?.counts ?? {};
  if (overdue + today === 0) return null;
  return (
    <Link to="/follow-ups" search={overdue > 0 ? { state: 'overdue' } : {}} className="card follow-up-due">
      <Icon name="calendar" />
      <span>{t('home.title')}</span>
      {overdue > 0 && <span className="count">{t('home.overdue', { count: overdue })}</span>}
      {today > 0 && <span className="soft">{t('home.today', { count: today })}</span>}
      <Icon name="chevronRight" />
    </Link>
  );
}
