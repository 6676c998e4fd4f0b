// The report of a consult: a form for whoever may write it, and what was signed for everybody.

import type { Consult } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { useMe } from '@/lib/session';
import { Empty } from '@/ui/states';
import { isEditable } from '../draft';
import { ReportForm } from './report-form';
import { SignedReport } from './signed-report';
import '../report.css';

export function ReportPane({ consult }: { consult: Consult }) {
  const { t } = useTranslation('report');
  const me = useMe();
  const writing = consult.assignee?.id === me.person.id && isEditable(consult);
  const signed = consult.report_versions.length > 0 || Boolean(consult.report?.signed_at);
  return (
    <section className="report" aria-label={t('title')} data-testid="report">
      {writing && <ReportForm key={consult.id} consult={consult} personId={me.person.id} />}
      {signed && <SignedReport consult={consult} />}
      {!writing && !signed && <Empty icon="edit" title={t('notYet')} />}
    </section>
  );
}
