import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { Duty, Swap } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { Button } from '@/ui/button';
import { Empty } from '@/ui/states';
import { useWhat, useWhen } from './duty-text';
import { SwapDialog } from './swap-dialog';

/** The next ones; the week below shows the rest of the house. */
const SHOWN = 5;

export function MyDuties({ duties, all, swaps }: { duties: Duty[]; all: Duty[]; swaps: Swap[] }) {
  const { t } = useTranslation('roster');
  const when = useWhen();
  const what = useWhat();
  const [swapping, setSwapping] = useState<Duty | null>(null);
  const [isWhole, setIsWhole] = useState(false);
  const isOffered = (duty: Duty) =>
    swaps.some((swap) => swap.state === 'offered' && swap.offered_duty_id === duty.id);
  return (
    <section className="card" aria-labelledby="roster-mine">
      <div className="card-head">
        <h2 id="roster-mine">{t('mine')}</h2>
      </div>
      {duties.length === 0 ? (
        <Empty icon="calendar" title={t('mineNone')} />
      ) : (
        <ul className="rows">
          {duties.slice(0, isWhole ? undefined : SHOWN).map((duty) => (
            <li key={duty.id} className="rows-item shift-row" data-duty={duty.id}>
              <span>
                <strong className="tabular">{when(duty)}</strong>
                <span className="soft small shift-what">{what(duty)}</span>
              </span>
              {isOffered(duty) ? (
                <span className="soft small">{t('offered')}</span>
              ) : (
                Date.parse(duty.starts_at) > clock.now() && (
                  <Button
                    icon="referral"
                    aria-label={`${t('swap')} ${when(duty)}`}
                    onClick={() => setSwapping(duty)}
                  >
                    {t('swap')}
                  </Button>
                )
              )}
            </li>
          ))}
        </ul>
      )}
      {!isWhole && duties.length > SHOWN && (
        <div className="card-body">
          <Button onClick={() => setIsWhole(true)}>{t('more', { count: duties.length })}</Button>
        </div>
      )}
      {swapping && <SwapDialog duty={swapping} all={all} onClose={() => setSwapping(null)} />}
    </section>
  );
}
