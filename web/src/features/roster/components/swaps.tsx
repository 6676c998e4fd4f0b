// Swaps that wait for an answer: mine to give, or the other's.

import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Duty, Swap } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { decideSwap } from '@/lib/queries/duties';
import { useMe } from '@/lib/session';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { toast } from '@/ui/toast';
import { useWhat, useWhen } from './duty-text';

export function Swaps({ swaps, duties }: { swaps: Swap[]; duties: Duty[] }) {
  const { t } = useTranslation('roster');
  const open = swaps.filter((swap) => swap.state === 'offered');
  if (open.length === 0) return null;
  return (
    <section className="card" aria-labelledby="roster-swaps">
      <div className="card-head">
        <h2 id="roster-swaps">
          {t('swaps')} <span className="count">{open.length}</span>
        </h2>
      </div>
      <ul className="rows">
        {open.map((swap) => (
          <OpenSwap key={swap.id} swap={swap} duties={duties} />
        ))}
      </ul>
    </section>
  );
}

function OpenSwap({ swap, duties }: { swap: Swap; duties: Duty[] }) {
  const { t } = useTranslation('roster');
  const me = useMe();
  const when = useWhen();
  const what = useWhat();
  const client = useQueryClient();
  const isToMe = swap.to.id === me.person.id;
  const decide = useMutation({
    mutationFn: (decision: 'accept' | 'decline' | 'withdraw') => decideSwap(swap, decision),
    onSuccess: (decided) => toast(t(decided.state === 'offered' ? 'offered' : decided.state)),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['duty_swap'] });
      void client.invalidateQueries({ queryKey: ['duty'] });
    },
  });
  const said = (id: string | null) => {
    const duty = duties.find((one) => one.id === id);
    return duty ? `${when(duty)} · ${what(duty)}` : t('gone');
  };
  return (
    <li className="rows-item shift-row" data-swap={swap.id}>
      <span>
        {t(isToMe ? 'offeredBy' : 'offeredTo', { name: isToMe ? swap.from.name : swap.to.name })}{' '}
        <strong>{said(swap.offered_duty_id)}</strong>
        {swap.wanted_duty_id && (
          <span className="shift-what">
            {t(isToMe ? 'inReturn' : 'inReturnTheirs')} <strong>{said(swap.wanted_duty_id)}</strong>
          </span>
        )}
        {decide.error && <ProblemBanner error={decide.error} />}
      </span>
      <span className="row">
        {isToMe ? (
          <>
            <Button busy={decide.isPending} onClick={() => decide.mutate('decline')}>
              {t('decline')}
            </Button>
            <Button look="primary" busy={decide.isPending} onClick={() => decide.mutate('accept')}>
              {t('accept')}
            </Button>
          </>
        ) : (
          <Button busy={decide.isPending} onClick={() => decide.mutate('withdraw')}>
            {t('withdraw')}
          </Button>
        )}
      </span>
    </li>
  );
}
