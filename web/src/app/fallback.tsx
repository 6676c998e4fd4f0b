import { useTranslation } from '@/lib/i18n';
import { asProblem } from '@/lib/problem';
import { ProblemBanner } from '@/ui/banner';
import { Button, ButtonLink } from '@/ui/button';
import { Empty } from '@/ui/states';

export function NotFound() {
  const { t } = useTranslation();
  return (
    <div className="page">
      <Empty icon="search" title={t('notFound')}>
        <p>{t('notFoundHint')}</p>
        <ButtonLink to="/" look="primary">
          {t('toHome')}
        </ButtonLink>
      </Empty>
    </div>
  );
}

/** A screen that failed: a chunk that did not load, or a fault of ours. What was saved is on the server. */
export function Fallback({ error }: { error: unknown }) {
  const { t } = useTranslation();
  const known = asProblem(error).status > 0;
  return (
    <div className="page">
      {known ? <ProblemBanner error={error} /> : <Empty icon="alert" title={t('screenFailed')} />}
      <div className="row" style={{ justifyContent: 'center', marginTop: 16 }}>
        <Button look="primary" icon="refresh" onClick={() => window.location.reload()}>
          {t('reload')}
        </Button>
      </div>
    </div>
  );
}
