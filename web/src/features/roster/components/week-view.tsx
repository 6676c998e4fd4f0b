// The week of an organisation: seven columns on a desk, seven days below one another on a phone.

import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { Day, Duty, Page } from '@/lib/contract';
import { formatClock, formatDay, formatWeekday } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { Button } from '@/ui/button';
import { Loaded } from '@/ui/states';
import { dayAfter, mondayOf, type Part, partIn, weekOf } from '../api/week';
import { TakeOffDialog } from './take-off-dialog';

export function WeekView({
  monday,
  today,
  query,
  mayPlan,
  onWeek,
}: {
  monday: Day;
  today: Day;
  query: { data: Page<Duty> | undefined; error: unknown; refetch: () => unknown };
  mayPlan: boolean;
  onWeek: (monday: Day) => void;
}) {
  const { t, language } = useTranslation('roster');
  const [leaving, setLeaving] = useState<Duty | null>(null);
  const until = dayAfter(monday, 6);
  /** Of a night only what falls into the day is said there: the same words on two days would be two nights. */
  const hours = (duty: Duty, part: Part) =>
    t(`part.${part}`, {
      from: formatClock(Date.parse(duty.starts_at), language),
      until: formatClock(Date.parse(duty.ends_at), language),
    });
  return (
    <section className="card" aria-labelledby="roster-week">
      <div className="card-head">
        <h2 id="roster-week" className="tabular">
          {t('week', { from: formatDay(monday, language), until: formatDay(until, language) })}
        </h2>
        <div className="row">
          <Button icon="chevronLeft" onClick={() => onWeek(dayAfter(monday, -7))}>
            {t('before')}
          </Button>
          {monday !== mondayOf(today) && <Button onClick={() => onWeek(mondayOf(today))}>{t('now')}</Button>}
          <Button onClick={() => onWeek(dayAfter(monday, 7))}>{t('after')}</Button>
        </div>
      </div>
      <Loaded query={query}>
        {(page) => (
          <ol className="week">
            {weekOf(monday, page.items).map(({ day, duties }) => (
              <li key={day} className={day === today ? 'week-day week-today' : 'week-day'} data-day={day}>
                <h3>{formatWeekday(day, language)}</h3>
                {duties.length === 0 ? (
                  <p className="soft small">{t('none')}</p>
                ) : (
                  <ul>
                    {duties.map((duty) => (
                      <li key={duty.id} className={`shift shift-${duty.rank}`}>
                        <span className="small soft">
                          {duty.department?.name ?? t(`kinds.${duty.kind}`)}
                          {duty.rank === 'deputy' && ` · ${t('ranks.deputy')}`}
                        </span>
                        <strong>{duty.person.name}</strong>
                        <span className="small tabular">{hours(duty, partIn(duty, day))}</span>
                        {mayPlan && Date.parse(duty.ends_at) > clock.now() && (
                          <Button
                            look="quiet"
                            aria-label={`${t('takeOff')} ${duty.person.name} ${formatWeekday(day, language)}`}
                            onClick={() => setLeaving(duty)}
                          >
                            {t('takeOff')}
                          </Button>
                        )}
                      </li>
                    ))}
                  </ul>
                )}
              </li>
            ))}
          </ol>
        )}
      </Loaded>
      {leaving && <TakeOffDialog duty={leaving} onClose={() => setLeaving(null)} />}
    </section>
  );
}
