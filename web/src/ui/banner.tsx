import type { ReactNode } from 'react';
import { useTranslation } from '@/lib/i18n';
import { asProblem, type Problem, problemKey } from '../lib/problem';
import { Button } from './button';
import { Icon, type IconName } from './icon';

const ICONS: Record<BannerTone, IconName> = {
  red: 'alert',
  amber: 'alert',
  green: 'checkCircle',
  blue: 'info',
};
export type BannerTone = 'red' | 'amber' | 'green' | 'blue';

export function Banner({
  tone,
  icon,
  action,
  children,
}: {
  tone: BannerTone;
  icon?: IconName;
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className={`banner banner-${tone}`} role={tone === 'red' ? 'alert' : 'status'}>
      <Icon name={icon ?? ICONS[tone]} />
      <div className="banner-text">{children}</div>
      {action}
    </div>
  );
}

/** How long to wait, in seconds or minutes. */
export function useWaitText(): (seconds: number) => string {
  const { t } = useTranslation();
  return (seconds) =>
    seconds < 90
      ? t('waitSeconds', { count: seconds })
      : t('waitMinutes', { count: Math.ceil(seconds / 60) });
}

/** The sentence for a problem: what happened, whether the data are safe, what to do. */
export function useProblemText(): (error: unknown) => string {
  const { t, has } = useTranslation('problems');
  const waitText = useWaitText();
  return (error) => {
    const problem = asProblem(error);
    const key = problemKey(problem, has);
    const values = { ...problem.body, wait: waitText(problem.retryAfter ?? 60) } as Record<string, unknown>;
    const by = (values.by ?? values.owner) as { name?: string; organisation?: { name?: string } } | undefined;
    return t(key as 'class/refused', {
      ...values,
      by: by?.name ?? '',
      organisation: by?.organisation?.name ?? '',
    });
  };
}

export function ProblemBanner({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const text = useProblemText();
  const { t } = useTranslation();
  const problem: Problem = asProblem(error);
  return (
    <Banner
      tone="red"
      action={
        onRetry && (
          <Button look="secondary" icon="refresh" onClick={onRetry}>
            {t('retry')}
          </Button>
        )
      }
    >
      {text(error)}
      {problem.requestId && problem.status >= 500 && (
        <span className="banner-ref">{t('reference', { id: problem.requestId })}</span>
      )}
    </Banner>
  );
}
