// A manager's first screen: how many referrals and consults of their part of the tree are under way, and which are late.
// Looks on; whoever is in charge there acts.

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { clock } from '@/lib/clock';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { consultListQuery } from '@/lib/queries/consults';
import { legListQuery } from '@/lib/queries/legs';
import { useMe } from '@/lib/session';
import { ConsultRows } from '@/parts/consult-rows';
import { LegRows } from '@/parts/leg-rows';
import { Empty, Loaded } from '@/ui/states';
import { lookOver } from '../overview';
import './home.css';

const SHOWN = 6;

export function OfficePage() {
  const { t, language } = useTranslation('office');
  const home = useTranslation('home');
  const me = useMe();
  const legs = useQuery(legListQuery('all'));
  const consults = useQuery(consultListQuery('all'));
  const asOf = Math.min(legs.dataUpdatedAt || clock.now(), consults.dataUpdatedAt || clock.now());
  return (
    <div className="page">
      <div className="page-head">
        <div>
          <h1>{home.t('hello', { name: me.person.name })}</h1>
          <p className="soft">
            {t('lead', { organisation: me.position.organisation.name })}{' '}
            {t('asOf', { time: formatTime(asOf, language, clock.now()) })}
          </p>
        </div>
      </div>
      <div className="office">
        <section className="card" aria-labelledby="office-referrals">
          <div className="card-head">
            <h2 id="office-referrals">{t('referrals')}</h2>
            <Link to="/referrals">{home.t('seeAll')}</Link>
          </div>
          <Loaded query={legs}>
            {({ items, next }) => {
              const { running, late } = lookOver(items, clock.now());
              const emergencies = running.filter((leg) => leg.urgency === 'emergency');
              return (
                <>
                  <dl className="office-figures">
                    <Figure name={t('running')} count={running.length} more={next !== null} />
                    <Figure name={t('overdue')} count={late.length} more={next !== null} bad />
                    <Figure name={t('emergency')} count={emergencies.length} more={next !== null} />
                  </dl>
                  <Late title={t('late')} none={t('lateNone')} count={late.length}>
                    <LegRows rows={late.slice(0, SHOWN)} />
                  </Late>
                </>
              );
            }}
          </Loaded>
        </section>
        <section className="card" aria-labelledby="office-consults">
          <div className="card-head">
            <h2 id="office-consults">{t('consults')}</h2>
            <Link to="/consults">{home.t('seeAll')}</Link>
          </div>
          <Loaded query={consults}>
            {({ items, next }) => {
              const { running, late } = lookOver(items, clock.now());
              const critical = running.filter((consult) => consult.urgency === 'critical');
              return (
                <>
                  <dl className="office-figures">
                    <Figure name={t('running')} count={running.length} more={next !== null} />
                    <Figure name={t('overdue')} count={late.length} more={next !== null} bad />
                    <Figure name={t('critical')} count={critical.length} more={next !== null} />
                  </dl>
                  <Late title={t('lateConsults')} none={t('lateConsultsNone')} count={late.length}>
                    <ConsultRows rows={late.slice(0, SHOWN)} />
                  </Late>
                </>
              );
            }}
          </Loaded>
        </section>
      </div>
    </div>
  );
}

/** `more`: the list goes on behind what was read, so that there are at least so many. */
function Figure({ name, count, more, bad }: { name: string; count: number; more: boolean; bad?: boolean }) {
  const { t } = useTranslation('office');
  return (
    <div className={bad && count > 0 ? 'office-figure office-bad' : 'office-figure'}>
      <dt className="soft small">{name}</dt>
      <dd className="tabular">{more ? t('atLeast', { count }) : count}</dd>
    </div>
  );
}

function Late({
  title,
  none,
  count,
  children,
}: {
  title: string;
  none: string;
  count: number;
  children: ReactNode;
}) {
  if (count === 0) return <Empty icon="checkCircle" title={none} />;
  return (
    <>
      <h3 className="office-late">{title}</h3>
      {children}
    </>
  );
}
