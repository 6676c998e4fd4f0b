// A file of beds: tried out first, read row by row, then taken in whole or not at all.

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { BedReport } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { asProblem, Problem } from '@/lib/problem';
import { bedsQuery, importBeds } from '@/lib/queries/routing';
import { Banner, ProblemBanner, useProblemText } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { toast } from '@/ui/toast';

export function ImportDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('beds');
  const common = useTranslation();
  const client = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const attempt = useMutation({ mutationFn: (chosen: File) => importBeds(chosen, true) });
  const apply = useMutation({
    mutationFn: (chosen: File) => importBeds(chosen, false),
    onSuccess: (report) => {
      void client.invalidateQueries({ queryKey: bedsQuery.queryKey });
      toast(t('import.done', { count: report.changed }));
      onClose();
    },
  });
  const failed = apply.error ?? attempt.error;
  const refused = failed ? (asProblem(failed).body as { report?: BedReport }).report : undefined;
  const report = refused ?? attempt.data ?? null;
  return (
    <Dialog
      title={t('import.title')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{common.t('cancel')}</Button>
          {file && report && report.errors === 0 && (
            <Button look="primary" busy={apply.isPending} onClick={() => apply.mutate(file)}>
              {t('import.apply', { count: report.changed })}
            </Button>
          )}
        </>
      }
    >
      <div className="stack">
        <p className="soft">{t('import.lead')}</p>
        <pre className="beds-example">{t('import.example')}</pre>
        <Button icon="file" busy={attempt.isPending} onClick={() => input.current?.click()}>
          {t('import.choose')}
        </Button>
        <input
          ref={input}
          type="file"
          className="visually-hidden"
          tabIndex={-1}
          accept=".csv,.xlsx,text/csv"
          aria-label={t('import.choose')}
          onChange={(event) => {
            const chosen = event.target.files?.[0];
            event.target.value = '';
            if (!chosen) return;
            apply.reset();
            setFile(chosen);
            attempt.mutate(chosen);
          }}
        />
        {failed && !refused && <ProblemBanner error={failed} />}
        {report && <Report report={report} />}
      </div>
    </Dialog>
  );
}

function Report({ report }: { report: BedReport }) {
  const { t } = useTranslation('beds');
  const problemText = useProblemText();
  return (
    <>
      <Banner tone={report.errors > 0 ? 'red' : 'blue'}>
        {t('import.found', {
          rows: report.rows,
          changed: report.changed,
          unchanged: report.unchanged,
          older: report.older,
          errors: report.errors,
        })}
      </Banner>
      {report.findings.length > 0 && (
        <ul className="beds-findings">
          {report.findings.map((one) => (
            <li key={`${one.row} ${one.code} ${one.field}`}>
              <strong>{t('import.row', { row: one.row })}</strong>{' '}
              {problemText(new Problem({ code: one.code, status: 422 }))}
              {one.value && <span className="soft"> {one.value}</span>}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
