// 待归属影像: the studies of this organisation that have no patient yet, those that contradict a record first.

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { clock } from '@/lib/clock';
import type { Page, Study } from '@/lib/contract';
import { formatDay, formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { pendingStudiesQuery } from '@/lib/queries/studies';
import { Icon } from '@/ui/icon';
import { Empty, Loaded } from '@/ui/states';
import { Status } from '@/ui/status';
import { Preview, SaidPerson, useStudyTitle, Why } from './said';
import '../studies.css';

export function PendingStudiesPage() {
  const { t } = useTranslation('studies');
  const quarantined = useQuery(pendingStudiesQuery('quarantined'));
  const unassigned = useQuery(pendingStudiesQuery('unassigned'));
  return (
    <div className="page">
      <div className="page-head">
        <div className="stack-small">
          <h1>{t('pending.title')}</h1>
          <p className="soft">{t('pending.intro')}</p>
        </div>
      </div>
      <div className="stack">
        <Loaded query={quarantined} loading={<StraySkeleton />}>
          {(differing) => (
            <Loaded query={unassigned} loading={<StraySkeleton />}>
              {(unknown) =>
                differing.items.length + unknown.items.length === 0 ? (
                  <div className="card">
                    <Empty icon="checkCircle" title={t('pending.none')}>
                      <p>{t('pending.noneHint')}</p>
                    </Empty>
                  </div>
                ) : (
                  <>
                    <Group status="quarantined" page={differing} />
                    <Group status="unassigned" page={unknown} />
                  </>
                )
              }
            </Loaded>
          )}
        </Loaded>
      </div>
    </div>
  );
}

function Group({ status, page }: { status: 'quarantined' | 'unassigned'; page: Page<Study> }) {
  const { t } = useTranslation('studies');
  const id = `stray-${status}`;
  if (page.items.length === 0) return null;
  return (
    <section className="card" aria-labelledby={id}>
      <div className="card-head">
        <h2 id={id}>
          {t(`pending.${status}`)} <span className="count count-quiet">{page.items.length}</span>
        </h2>
      </div>
      <ul className="rows">
        {page.items.map((study) => (
          <li key={study.id}>
            <StrayRow study={study} />
          </li>
        ))}
      </ul>
      {page.next && <p className="card-body soft">{t('pending.more', { count: page.items.length })}</p>}
    </section>
  );
}

function StrayRow({ study }: { study: Study }) {
  const { t, has, language } = useTranslation('studies');
  const title = useStudyTitle();
  const channel = `channel.${study.channel}`;
  const { local_id: number } = study.dicom_patient;
  return (
    <Link
      to="/studies/$studyId"
      params={{ studyId: study.id }}
      className="rows-link stray"
      data-study={study.id}
    >
      <Preview study={study} />
      <span className="item stray-text">
        <span className="item-top">
          <span className="item-name">
            <SaidPerson study={study} />
          </span>
          <span className="item-time tabular">
            {t('pending.received', { time: formatTime(study.received_at, language, clock.now()) })}
          </span>
        </span>
        <span className="stray-why">
          <Icon name={study.status === 'quarantined' ? 'alert' : 'question'} size={16} />
          <span>
            <Why study={study} />
          </span>
        </span>
        <span className="soft small">
          {[
            title(study),
            study.study_date && formatDay(study.study_date, language),
            t('counts', { series: study.series.length, count: study.instances }),
            number && t('pending.number', { number }),
            has(channel) && t(channel),
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </span>
      <Icon name="chevronRight" size={20} className="stray-go" />
    </Link>
  );
}

function StraySkeleton() {
  const { t } = useTranslation();
  return (
    <div className="card rows" role="status">
      <span className="visually-hidden">{t('loading')}</span>
      {['first', 'second', 'third'].map((row) => (
        <div className="rows-item rows-link stray" key={row}>
          <span className="stray-picture skeleton" />
          <span className="item stray-text">
            <span className="skeleton" style={{ width: '40%', height: 18 }} />
            <span className="skeleton" style={{ width: '80%', height: 14 }} />
            <span className="skeleton" style={{ width: '60%', height: 14 }} />
          </span>
        </div>
      ))}
    </div>
  );
}

/** The mark of a study's state, beside a heading. */
export function StudyMark({ study }: { study: Study }) {
  const { t } = useTranslation('studies');
  if (study.status === 'matched') {
    return (
      <Status tone="green" icon="checkCircle">
        {t('status.matched')}
      </Status>
    );
  }
  return (
    <Status tone="amber" icon={study.status === 'quarantined' ? 'alert' : 'question'}>
      {t(`status.${study.status}`)}
    </Status>
  );
}
