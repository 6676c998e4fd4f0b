// 工作台 of a village or township doctor: two large buttons, what waits for me, what I sent and who owes the next step.

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { clock } from '@/lib/clock';
import { formatTime } from '@/lib/format';
import { loadAllTexts, useTranslation } from '@/lib/i18n';
import { consultListQuery } from '@/lib/queries/consults';
import { legListQuery } from '@/lib/queries/legs';
import { noticesQuery } from '@/lib/queries/notices';
import { useMe } from '@/lib/session';
import { ConsultRows } from '@/parts/consult-rows';
import { LegRows } from '@/parts/leg-rows';
import { Icon } from '@/ui/icon';
import { Empty, Loaded, Skeleton } from '@/ui/states';
import './home.css';

const SHOWN = 6;

/** Comes after the screen, with the texts that are not the first. */
const DueFollowUps = lazy(async () => {
  await loadAllTexts();
  return { default: (await import('@/parts/due-follow-ups')).DueFollowUps };
});

/** Below the fold of a phone: its words need not come with the page. */
const NoticeRows = lazy(async () => {
  await loadAllTexts();
  return { default: (await import('@/parts/notice-rows')).NoticeRows };
});

export function HomePage() {
  const { t, language } = useTranslation('home');
  const me = useMe();
  const todo = useQuery(consultListQuery('todo'));
  const started = useQuery(consultListQuery('started'));
  const incoming = useQuery(legListQuery('incoming'));
  const sent = useQuery(legListQuery('sent'));
  const notices = useQuery(noticesQuery);

  const openLegs =
    incoming.data?.items.filter((row) => row.owed?.organisation.id === me.position.organisation.id) ?? [];
  const owedLegs =
    sent.data?.items.filter(
      (row) => row.owed?.organisation.id === me.position.organisation.id && row.state !== 'draft',
    ) ?? [];
  const legs = [...owedLegs, ...openLegs.filter((row) => !owedLegs.some((other) => other.id === row.id))];
  const waiting = (todo.data?.items.length ?? 0) + legs.length;
  const asOf = Math.min(todo.dataUpdatedAt || Date.now(), sent.dataUpdatedAt || Date.now());

  return (
    <div className="page">
      <div className="page-head">
        <div>
          <h1>{t('hello', { name: me.person.name })}</h1>
          <p className="soft">
            {me.position.organisation.name} · {t('asOf', { time: formatTime(asOf, language, clock.now()) })}
          </p>
        </div>
      </div>

      <div className="big-buttons">
        <Link to="/referrals/new" search={{}} className="big-button big-button-referral">
          <Icon name="referral" size={34} />
          <span>
            <strong>{t('refer')}</strong>
            <span>{t('referHint')}</span>
          </span>
        </Link>
        <Link to="/consults/new" search={{}} className="big-button big-button-consult">
          <Icon name="consult" size={34} />
          <span>
            <strong>{t('consult')}</strong>
            <span>{t('consultHint')}</span>
          </span>
        </Link>
      </div>

      <div className="columns">
        <div className="stack">
          <Suspense fallback={null}>
            <DueFollowUps />
          </Suspense>
          <section className="card" aria-labelledby="home-todo">
            <div className="card-head">
              <h2 id="home-todo">
                {t('todo')} {waiting > 0 && <span className="count">{waiting}</span>}
              </h2>
              <Link to="/todos" search={{}}>
                {t('seeAll')}
              </Link>
            </div>
            <Loaded query={todo}>
              {(page) => (
                <Loaded query={incoming}>
                  {() =>
                    page.items.length + legs.length === 0 ? (
                      <Empty icon="checkCircle" title={t('todoNone')} />
                    ) : (
                      <>
                        <LegRows rows={legs} />
                        {legs.length > 0 && page.items.length > 0 && <div className="rows-rule" />}
                        <ConsultRows rows={page.items} />
                      </>
                    )
                  }
                </Loaded>
              )}
            </Loaded>
          </section>

          <section className="card" aria-labelledby="home-referrals">
            <div className="card-head">
              <h2 id="home-referrals">{t('sentReferrals')}</h2>
              <Link to="/referrals">{t('seeAll')}</Link>
            </div>
            <Loaded query={sent}>
              {(page) =>
                page.items.length === 0 ? (
                  <Empty icon="referral" title={t('sentReferralsNone')} />
                ) : (
                  <LegRows rows={page.items.slice(0, SHOWN)} />
                )
              }
            </Loaded>
          </section>

          <section className="card" aria-labelledby="home-consults">
            <div className="card-head">
              <h2 id="home-consults">{t('sentConsults')}</h2>
              <Link to="/consults">{t('seeAll')}</Link>
            </div>
            <Loaded query={started}>
              {(page) =>
                page.items.length === 0 ? (
                  <Empty icon="consult" title={t('sentConsultsNone')} />
                ) : (
                  <ConsultRows rows={page.items.slice(0, SHOWN)} />
                )
              }
            </Loaded>
          </section>
        </div>

        <section className="card" aria-labelledby="home-notices">
          <div className="card-head">
            <h2 id="home-notices">{t('notices')}</h2>
            <Link to="/notices">{t('seeAll')}</Link>
          </div>
          <Loaded query={notices}>
            {(page) =>
              page.items.length === 0 ? (
                <Empty icon="bell" title={t('noticesNone')} />
              ) : (
                <Suspense fallback={<Skeleton height={SHOWN * 40} />}>
                  <NoticeRows notices={page.items.slice(0, SHOWN)} />
                </Suspense>
              )
            }
          </Loaded>
        </section>
      </div>
    </div>
  );
}
