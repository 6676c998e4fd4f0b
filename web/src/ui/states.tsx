// What a part of the page shows while it has nothing to show: loading, empty, failed.

import type { ReactNode } from 'react';
import { clock } from '@/lib/clock';
import { formatTime } from '@/lib/format';
import { useGlassOver } from '@/lib/glass-over';
import { useTranslation } from '@/lib/i18n';
import { asProblem } from '@/lib/problem';
import { ProblemBanner } from './banner';
import { ButtonLink } from './button';
import { Icon, type IconName } from './icon';

export function Skeleton({
  width = '100%',
  height = 16,
}: {
  width?: number | string;
  height?: number | string;
}) {
  return <span className="skeleton" style={{ width, height }} />;
}

export function RowsSkeleton({ rows = 4 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <div className="rows" role="status">
      <span className="visually-hidden">{t('loading')}</span>
      {Array.from({ length: rows }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all the same
        <div className="rows-item rows-link stack-small" key={i}>
          <Skeleton width="45%" height={18} />
          <Skeleton width="75%" height={14} />
        </div>
      ))}
    </div>
  );
}

export function Empty({ icon, title, children }: { icon: IconName; title: ReactNode; children?: ReactNode }) {
  return (
    <div className="empty">
      <Icon name={icon} size={32} />
      <span className="empty-title">{title}</span>
      {children}
    </div>
  );
}

/** Not there, or not for this person: the page does not say which. One that was open until the time was over says so. */
export function Missing() {
  const { t, language } = useTranslation();
  const glass = useGlassOver();
  const over = glass?.paths.has(window.location.pathname) ? glass : null;
  return (
    <Empty icon={over ? 'clock' : 'search'} title={<h1>{t(over ? 'glassOver' : 'notFound')}</h1>}>
      <p>
        {over
          ? t('glassOverHint', { name: over.patient, time: formatTime(over.at, language, clock.now()) })
          : t('notFoundHint')}
      </p>
      <ButtonLink to="/" look="primary">
        {t('toHome')}
      </ButtonLink>
    </Empty>
  );
}

/** The three states of a query around its content. */
export function Loaded<T>({
  query,
  loading,
  children,
}: {
  query: { data: T | undefined; error: unknown; refetch: () => unknown };
  loading?: ReactNode;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return children(query.data);
  if (query.error && asProblem(query.error).status === 404) return <Missing />;
  if (query.error) {
    // What is not allowed stays so however often it is asked for.
    const again = asProblem(query.error).status === 403 ? {} : { onRetry: () => query.refetch() };
    return (
      <div className="card-body">
        <ProblemBanner error={query.error} {...again} />
      </div>
    );
  }
  return loading ?? <RowsSkeleton />;
}
