// The security administrator's first screen: every emergency access, those that nobody has reviewed first.

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { clock } from '@/lib/clock';
import type { BreakGlassCase } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { type CasesShown, casesQuery, toReviewQuery } from '@/lib/queries/break-glass';
import { MoreRows } from '@/parts/more-rows';
import { Empty, Loaded } from '@/ui/states';
import { Tabs } from '@/ui/tabs';
import { CaseMarks, useDuration } from './case-marks';

export function CasesPage() {
  const { t } = useTranslation('glass');
  const common = useTranslation();
  const navigate = useNavigate();
  const shown: CasesShown = useSearch({ from: '/shell/break-glass' }).show === 'all' ? 'all' : 'unreviewed';
  const query = useInfiniteQuery(casesQuery(shown));
  const toReview = useQuery(toReviewQuery);
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('review.title')}</h1>
      </div>
      <div className="card">
        <Tabs
          label={t('review.shown')}
          value={shown}
          tabs={[
            { value: 'unreviewed', text: t('review.unreviewed'), count: toReview.data, urgent: true },
            { value: 'all', text: common.t('all') },
          ]}
          onChange={(show) =>
            void navigate({ to: '/break-glass', search: show === 'all' ? { show } : {}, replace: true })
          }
        />
        <Loaded query={query}>
          {({ pages }) => {
            const cases = pages.flatMap((page) => page.items);
            if (cases.length === 0) {
              return (
                <Empty icon="checkCircle" title={t(shown === 'all' ? 'review.never' : 'review.allReviewed')}>
                  <p>{t('review.emptyHint')}</p>
                </Empty>
              );
            }
            return (
              <>
                <ul className="rows">
                  {cases.map((one) => (
                    <li key={one.id}>
                      <CaseRow one={one} />
                    </li>
                  ))}
                </ul>
                <MoreRows query={query} />
              </>
            );
          }}
        </Loaded>
      </div>
    </div>
  );
}

function CaseRow({ one }: { one: BreakGlassCase }) {
  const { t, language } = useTranslation('glass');
  const duration = useDuration();
  return (
    <Link to="/break-glass/$glassId" params={{ glassId: one.id }} className="rows-link item">
      <span className="item-top">
        <span className="item-name">
          <strong>{one.person.name}</strong>
          <span className="soft"> · {one.person.organisation.name}</span>
        </span>
        <span className="item-time tabular">{formatTime(one.opened_at, language, clock.now())}</span>
      </span>
      <span className="item-text">
        {t(`reason.${one.reason}`)}
        {language === 'en' ? ': ' : '：'}
        {one.explanation}
      </span>
      <span className="row item-marks">
        <CaseMarks one={one} />
        <span className="soft small">
          {t('review.patient')} {one.patient.name_masked} · {duration(one)}
        </span>
      </span>
    </Link>
  );
}
