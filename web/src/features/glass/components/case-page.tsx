// One emergency access under review: who, whose record, why, and everything that was looked at through it.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { BreakGlassCase } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { caseQuery, caseReadsQuery, endGlass } from '@/lib/queries/break-glass';
import { useMe } from '@/lib/session';
import { useDeedWords } from '@/parts/deed-words';
import { OutcomeMark } from '@/parts/outcome-mark';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { Icon } from '@/ui/icon';
import { Empty, Loaded } from '@/ui/states';
import { toast } from '@/ui/toast';
import { CaseMarks, useDuration } from './case-marks';
import { ReviewDialog } from './review-dialog';
import '../glass.css';

export function CasePage() {
  const { glassId } = useParams({ from: '/shell/break-glass/$glassId' });
  const { t } = useTranslation('glass');
  const query = useQuery(caseQuery(glassId));
  return (
    <div className="page">
      <p className="glass-back">
        <Link to="/break-glass">
          <Icon name="chevronLeft" /> {t('review.title')}
        </Link>
      </p>
      <Loaded query={query}>{(one) => <CaseView one={one} />}</Loaded>
    </div>
  );
}

function CaseView({ one }: { one: BreakGlassCase }) {
  const { t, language } = useTranslation('glass');
  const common = useTranslation();
  const [open, setOpen] = useState<'review' | 'end' | null>(null);
  const duration = useDuration();
  const own = useMe().person.id === one.person.id;
  const time = (at: string) => formatTime(at, language, clock.now());
  return (
    <>
      <div className="page-head">
        <div className="stack-small">
          <h1>{t('review.one', { name: one.person.name })}</h1>
          <p className="row">
            <CaseMarks one={one} />
          </p>
        </div>
        <div className="row">
          {one.is_open && (
            <Button look="danger" icon="ban" onClick={() => setOpen('end')}>
              {t('end')}
            </Button>
          )}
          {one.review === null && !own && (
            <Button look="primary" icon="check" onClick={() => setOpen('review')}>
              {t('review.do')}
            </Button>
          )}
        </div>
      </div>
      <div className="columns">
        <section className="card">
          <div className="card-head">
            <h2>{t('review.reads')}</h2>
          </div>
          <Reads id={one.id} />
        </section>
        <div className="stack">
          <section className="card">
            <div className="card-head">
              <h2>{t('review.facts')}</h2>
            </div>
            <div className="card-body">
              <dl className="facts">
                <dt>{t('review.person')}</dt>
                <dd>
                  {one.person.name} · {one.person.organisation.name}
                </dd>
                <dt>{t('review.patient')}</dt>
                <dd>{one.patient.name_masked}</dd>
                <dt>{t('reasonLabel')}</dt>
                <dd>{t(`reason.${one.reason}`)}</dd>
                <dt>{t('explanation')}</dt>
                <dd>{one.explanation}</dd>
                <dt>{t('review.from')}</dt>
                <dd className="tabular">{time(one.opened_at)}</dd>
                <dt>{t('review.until')}</dt>
                <dd className="tabular">
                  {time(one.ends_at)} ({duration(one)})
                </dd>
              </dl>
            </div>
          </section>
          {one.review && (
            <section className="card">
              <div className="card-head">
                <h2>{t('review.outcome')}</h2>
              </div>
              <div className="card-body">
                <dl className="facts">
                  <dt>{t('review.verdict')}</dt>
                  <dd>{t(`verdict.${one.review.verdict}`)}</dd>
                  <dt>{t('review.by')}</dt>
                  <dd>{one.review.by}</dd>
                  <dt>{t('review.at')}</dt>
                  <dd className="tabular">{time(one.review.at)}</dd>
                  <dt>{t('review.note')}</dt>
                  <dd>{one.review.note || common.t('none')}</dd>
                </dl>
              </div>
            </section>
          )}
        </div>
      </div>
      {open === 'review' && <ReviewDialog one={one} onClose={() => setOpen(null)} />}
      {open === 'end' && <EndDialog one={one} onClose={() => setOpen(null)} />}
    </>
  );
}

function Reads({ id }: { id: string }) {
  const { t, language } = useTranslation('glass');
  const words = useDeedWords();
  const query = useQuery(caseReadsQuery(id));
  return (
    <Loaded query={query}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty icon="search" title={t('review.noReads')} />
        ) : (
          <ul className="rows">
            {items.map((entry) => (
              <li key={entry.id} className="rows-link glass-read">
                <span className="item-top">
                  <span>{words.action(entry)}</span>
                  <span className="item-time tabular">{formatTime(entry.at, language, clock.now())}</span>
                </span>
                <span className="row">
                  <OutcomeMark outcome={entry.outcome} />
                  <span className="soft small">{words.basis(entry)}</span>
                </span>
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

function EndDialog({ one, onClose }: { one: BreakGlassCase; onClose: () => void }) {
  const { t } = useTranslation('glass');
  const common = useTranslation();
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: () => endGlass(one.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['break_glass'] });
      toast(t('review.endedNow'));
      onClose();
    },
  });
  return (
    <Dialog
      title={t('review.endTitle', { name: one.person.name })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{common.t('cancel')}</Button>
          <Button look="danger-solid" busy={end.isPending} onClick={() => end.mutate()}>
            {t('end')}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p className="soft">{t('review.endText')}</p>
        {end.error && <ProblemBanner error={end.error} />}
      </div>
    </Dialog>
  );
}
