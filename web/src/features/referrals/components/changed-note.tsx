// A refusal in a command's dialog. When somebody else was faster, it says what they did to this very leg; the version that
// stands now is known by then, so that sending again is a decision and not an accident.

import { createContext, useContext } from 'react';
import type { Leg, LegRow } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { asProblem } from '@/lib/problem';
import { Banner, ProblemBanner } from '@/ui/banner';
import { changesBetween } from '../api/board';
import { ELSEWHERE, Elsewhere } from './elsewhere';

/** The leg as it was when the command began. */
const Before = createContext<LegRow | null>(null);
export const BeforeProvider = Before.Provider;

export function CommandProblem({ error }: { error: unknown }) {
  const { t } = useTranslation('referrals');
  const desk = useTranslation('desk');
  const before = useContext(Before);
  const problem = asProblem(error);
  const current = problem.status === 412 ? (problem.body.current as Leg | undefined) : undefined;
  if (problem.code === ELSEWHERE) return <Elsewhere error={error} />;
  if (!before || !current) return <ProblemBanner error={error} />;
  return (
    <Banner tone="amber">
      <strong>{desk.t('changed.title')}</strong>
      <ul className="changed">
        {changesBetween(before, current).map((change) => (
          <li key={change.what}>
            {change.what === 'state' &&
              desk.t('changed.state', { from: t(`state.${change.from}`), to: t(`state.${change.to}`) })}
            {change.what === 'owner' && desk.t('changed.owner', { name: change.to })}
            {change.what === 'transport' && desk.t('changed.transport')}
            {change.what === 'other' && desk.t('changed.other')}
          </li>
        ))}
      </ul>
      {desk.t('changed.then')}
    </Banner>
  );
}
