import { useTranslation } from '@/lib/i18n';
import { asProblem } from '@/lib/problem';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Empty, Missing } from '@/ui/states';

export function NotFound() {
  return (
    <main className="page">
      <Missing />
    </main>
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
