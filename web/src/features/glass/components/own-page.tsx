// What a doctor opened in emergencies, and what its review came to.

import { useInfiniteQuery } from '@tanstack/react-query';
import { clock } from '@/lib/clock';
import type { BreakGlassCase } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { ownCasesQuery } from '@/lib/queries/break-glass';
import { MoreRows } from '@/parts/more-rows';
import { Empty, Loaded } from '@/ui/states';
import { CaseMarks, useDuration } from './case-marks';
import '../glass.css';

export function OwnPage() {
  const { t } = useTranslation('glass');
  const query = useInfiniteQuery(ownCasesQuery);
  return (
    <div className="page">
      <div className="page-head">
        <div className="stack-small">
          <h1>{t('own')}</h1>
          <p className="soft">{t('ownLead')}</p>
        </div>
      </div>
      <div className="card">
        <Loaded query={query}>
          {({ pages }) => {
            const cases = pages.flatMap((page) => page.items);
            if (cases.length === 0) return <Empty icon="checkCircle" title={t('ownNone')} />;
            return (
              <>
                <ul className="rows">
                  {cases.map((one) => (
                    <OwnRow key={one.id} one={one} />
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

function OwnRow({ one }: { one: BreakGlassCase }) {
  const { t, language } = useTranslation('glass');
  const duration = useDuration();
  const time = (at: string) => formatTime(at, language, clock.now());
  const colon = language === 'en' ? ': ' : '：';
  return (
    <li className="rows-item item glass-own" data-glass={one.id}>
      <span className="item-top">
        <strong className="item-name">{one.patient.name_masked}</strong>
        <span className="item-time tabular">
          {time(one.opened_at)} · {duration(one)}
        </span>
      </span>
      <span className="item-text">
        {t(`reason.${one.reason}`)}
        {colon}
        {one.explanation}
      </span>
      <span className="row item-marks">
        <CaseMarks one={one} />
      </span>
      {one.review && (
        <span className="small">
          <span className="soft">
            {t('review.by')} {one.review.by} · {time(one.review.at)}
          </span>
          {one.review.note && ` · ${t('review.note')}${colon}${one.review.note}`}
        </span>
      )}
    </li>
  );
}
