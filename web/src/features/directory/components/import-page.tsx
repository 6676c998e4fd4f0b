// 导入: a file is chosen or dropped, tried out, read row by row, and then taken in as a whole or not at all.

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { ImportReport } from '@/lib/contract';
import { formatBytes } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { asProblem, isTransient } from '@/lib/problem';
import { importPeople } from '@/lib/queries/directory';
import { Banner, ProblemBanner } from '@/ui/banner';
import { Button, ButtonLink } from '@/ui/button';
import { Icon } from '@/ui/icon';
import { SHEETS, template } from '../api/templates';
import { ChooseFile } from './choose-file';
import { ImportFindings, ImportSummary } from './import-report';
import '../directory.css';

/** What a refused import says of the rows; everything else is a refusal of the file as such. */
function reportOf(error: unknown): ImportReport | null {
  const { report } = asProblem(error).body as { report?: ImportReport };
  return report ?? null;
}

export function ImportPage() {
  const { t } = useTranslation('directory');
  const client = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const attempt = useMutation({ mutationFn: (chosen: File) => importPeople(chosen, true) });
  const apply = useMutation({
    mutationFn: (chosen: File) => importPeople(chosen, false),
    onSuccess: () => client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'session' }),
  });
  const failed = apply.error ?? attempt.error;
  // A line that broke says nothing of the rows: what was found in them still holds.
  const report = apply.data ?? (failed && reportOf(failed)) ?? attempt.data ?? null;

  function choose(chosen: File) {
    apply.reset();
    setFile(chosen);
    attempt.mutate(chosen);
  }

  function again() {
    if (!file) return;
    if (apply.error) apply.mutate(file);
    else attempt.mutate(file);
  }

  return (
    <div className="page">
      <Link to="/directory" className="back-link">
        <Icon name="chevronLeft" size={20} />
        {t('title')}
      </Link>
      <div className="page-head">
        <div className="stack-small">
          <h1>{t('import.title')}</h1>
          <p className="soft">{t('import.lead')}</p>
        </div>
      </div>
      <div className="stack">
        <section className="card" aria-labelledby="import-file">
          <div className="card-head">
            <h2 id="import-file">{t('import.file')}</h2>
          </div>
          <div className="card-body stack">
            <ChooseFile busy={attempt.isPending || apply.isPending} small={file !== null} onChoose={choose} />
            {file && (
              <p className="import-chosen">
                <Icon name="file" /> <strong>{file.name}</strong>{' '}
                <span className="soft">{formatBytes(file.size)}</span>
              </p>
            )}
            <Templates />
          </div>
        </section>
        {(attempt.isPending || apply.isPending) && (
          <Banner tone="blue" icon="clock">
            {t(apply.isPending ? 'import.applying' : 'import.reading')}
            <progress className="import-progress" aria-label={t('import.reading')} />
          </Banner>
        )}
        {failed && !attempt.isPending && !apply.isPending && (
          <ProblemBanner error={failed} {...(isTransient(asProblem(failed)) && { onRetry: again })} />
        )}
        {report && !attempt.isPending && !apply.isPending && (
          <>
            <ImportSummary report={report} />
            {file && !report.applied && report.errors === 0 && (
              <Apply report={report} onApply={() => apply.mutate(file)} />
            )}
            {report.applied && (
              <div className="form-actions">
                <ButtonLink to="/directory">{t('import.toList')}</ButtonLink>
                <ButtonLink to="/directory/slips" look="primary" icon="print">
                  {t('home.slips')}
                </ButtonLink>
              </div>
            )}
            <ImportFindings report={report} />
          </>
        )}
      </div>
    </div>
  );
}

function Apply({ report, onApply }: { report: ImportReport; onApply: () => void }) {
  const { t } = useTranslation('directory');
  const sum = (of: 'created' | 'changed') => report.sheets.reduce((total, sheet) => total + sheet[of], 0);
  const [created, changed] = [sum('created'), sum('changed')];
  if (created + changed === 0) return <Banner tone="blue">{t('import.nothing')}</Banner>;
  return (
    <div className="form-actions">
      <Button look="primary" icon="check" onClick={onApply}>
        {t('import.apply', { created, changed })}
      </Button>
    </div>
  );
}

function Templates() {
  const { t } = useTranslation('directory');
  return (
    <div>
      <p className="soft small">{t('import.templates')}</p>
      <div className="row">
        {SHEETS.map((sheet) => (
          <Button
            key={sheet}
            look="quiet"
            icon="arrowDown"
            onClick={() => {
              const link = document.createElement('a');
              link.href = URL.createObjectURL(template(sheet));
              link.download = `${t(`sheet.${sheet}`)}.csv`;
              link.click();
              setTimeout(() => URL.revokeObjectURL(link.href), 1000);
            }}
          >
            {t(`sheet.${sheet}`)}
          </Button>
        ))}
      </div>
    </div>
  );
}
