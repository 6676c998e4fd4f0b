import type { BreakGlassCase } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { DeadlineClock, Status } from '@/ui/status';

/** Open or over; reviewed or not, and with what outcome. */
export function CaseMarks({ one }: { one: BreakGlassCase }) {
  const { t } = useTranslation('glass');
  return (
    <>
      {one.is_open ? (
        <Status tone="red" icon="alert">
          {t('review.open')} <DeadlineClock due={one.ends_at} />
        </Status>
      ) : (
        <Status tone="gray" icon="check">
          {t('review.over')}
        </Status>
      )}
      {one.review === null ? (
        <Status tone="amber" icon="question">
          {t('review.notYet')}
        </Status>
      ) : one.review.verdict === 'justified' ? (
        <Status tone="green" icon="checkCircle">
          {t('verdict.justified')}
        </Status>
      ) : (
        <Status tone="red" icon="ban">
          {t('verdict.unjustified')}
        </Status>
      )}
    </>
  );
}

/** How long it lasts, or lasted. */
export function useDuration(): (one: BreakGlassCase) => string {
  const { t } = useTranslation('glass');
  return (one) => {
    const ms = Date.parse(one.ends_at) - Date.parse(one.opened_at);
    return t('minutes', { count: Math.max(1, Math.round(ms / 60_000)) });
  };
}
