// What an import would do, or did: counts by table, and every finding at its row.

import { useState } from 'react';
import type { ImportFinding, ImportReport } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { Banner } from '@/ui/banner';
import { Check } from '@/ui/field';
import { Icon } from '@/ui/icon';

export function ImportSummary({ report }: { report: ImportReport }) {
  const { t } = useTranslation('directory');
  const tone = report.applied ? 'green' : report.errors > 0 ? 'red' : report.warnings > 0 ? 'amber' : 'green';
  const said = report.applied ? 'import.applied' : report.errors > 0 ? 'import.refused' : 'import.ready';
  return (
    <section className="card" aria-labelledby="import-summary">
      <div className="card-head">
        <h2 id="import-summary">{t(report.applied ? 'import.done' : 'import.tried')}</h2>
      </div>
      <div className="card-body stack">
        <Banner tone={tone}>
          {t(said, { count: report.errors })}
          {report.warnings > 0 && ` ${t('import.warned', { count: report.warnings })}`}
        </Banner>
        {report.sheets.length > 0 && (
          <table className="grid-table import-counts">
            <thead>
              <tr>
                <th scope="col">{t('import.table')}</th>
                {(['rows', 'created', 'changed', 'unchanged'] as const).map((column) => (
                  <th scope="col" key={column}>
                    {t(`import.${column}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {report.sheets.map((count) => (
                <tr key={count.sheet} data-sheet={count.sheet}>
                  <th scope="row">{t(`sheet.${count.sheet}`)}</th>
                  <td>{count.rows}</td>
                  <td>{count.created}</td>
                  <td>{count.changed}</td>
                  <td>{count.unchanged}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </section>
  );
}

export function ImportFindings({ report }: { report: ImportReport }) {
  const { t } = useTranslation('directory');
  const [all, setAll] = useState(report.errors === 0);
  const shown = report.findings.filter((finding) => all || finding.severity === 'error');
  const total = report.errors + report.warnings;
  if (report.findings.length === 0) return null;
  return (
    <div className="card">
      <div className="card-head">
        <h2 id="import-findings">{t('import.findings')}</h2>
        {report.errors > 0 && report.warnings > 0 && (
          <Check checked={all} onChange={(event) => setAll(event.target.checked)}>
            {t('import.withWarnings')}
          </Check>
        )}
      </div>
      {total > report.findings.length && (
        <div className="card-body">
          <Banner tone="blue">
            {t('import.firstOnly', { shown: report.findings.length, count: total })}
          </Banner>
        </div>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keys */}
      <section className="import-scroll" tabIndex={0} aria-labelledby="import-findings">
        <table className="grid-table import-findings">
          <thead>
            <tr>
              <th scope="col">{t('import.row')}</th>
              <th scope="col">{t('import.table')}</th>
              <th scope="col">{t('import.column')}</th>
              <th scope="col">{t('import.value')}</th>
              <th scope="col">{t('import.what')}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((finding, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a report never changes, and two findings may be alike
              <Row key={at} finding={finding} />
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

function Row({ finding }: { finding: ImportFinding }) {
  const { t, has } = useTranslation('directory');
  const problems = useTranslation('problems');
  const key = finding.code.replace('.', '/');
  const column = `column.${finding.field ?? ''}`;
  return (
    <tr className={`finding-${finding.severity}`}>
      <td className="tabular">{t('import.atRow', { row: finding.row })}</td>
      <td>{finding.sheet ? t(`sheet.${finding.sheet}`) : '—'}</td>
      <td>{has(column) ? t(column) : (finding.field ?? '—')}</td>
      <td className="finding-value">{finding.value ?? '—'}</td>
      <td>
        <Icon name={finding.severity === 'error' ? 'alert' : 'info'} size={15} />{' '}
        <span className="visually-hidden">{t(`import.${finding.severity}`)}</span>
        {problems.has(key) ? problems.t(key) : finding.code}
      </td>
    </tr>
  );
}
