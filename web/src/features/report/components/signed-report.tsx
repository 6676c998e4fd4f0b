// A signed report, read only: every version, with its author, its time and the hash of its content.
import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { Consult, Report } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { Icon } from '@/ui/icon';
import { Status } from '@/ui/status';

export function SignedReport({ consult }: { consult: Consult }) {
  const { t } = useTranslation('report');
  const versions = signedVersions(consult);
  const [chosen, setChosen] = useState<number | null>(null);
  const newest = versions[0];
  const report = versions.find((one) => one.version === chosen) ?? newest;
  if (!report || !newest) return null;
  return (
    <article className="report-signed" data-testid="report-signed">
      <header>
        <h2>{t(`kind.${report.kind}`)}</h2>
        <Status tone="green" icon="lock">
          {t('signed')}
        </Status>
      </header>
      {versions.length > 1 && (
        <label className="report-versions">
          {t('version')}
          <select value={report.version} onChange={(event) => setChosen(Number(event.target.value))}>
            {versions.map((one) => (
              <option key={one.version} value={one.version}>
                {t('versionNumber', { number: one.version })}
              </option>
            ))}
          </select>
        </label>
      )}
      {report.version !== newest.version && <p className="report-old">{t('oldVersion')}</p>}
      <Body report={report} />
      <Signature report={report} />
    </article>
  );
}

/** Newest first; the current report counts even where the list of versions does not repeat it. */
function signedVersions(consult: Consult): Report[] {
  const all = new Map<number, Report>();
  for (const report of [...consult.report_versions, consult.report]) {
    if (report?.signed_at) all.set(report.version, report);
  }
  return [...all.values()].sort((a, b) => b.version - a.version);
}

function Body({ report }: { report: Report }) {
  const { t } = useTranslation('report');
  const { diagnosis } = report;
  return (
    <>
      <h3>{t('findings')}</h3>
      <p className="prewrap">{report.findings}</p>
      <h3>{t('diagnosis')}</h3>
      <p className="prewrap">
        {diagnosis.text}
        {diagnosis.code && (
          <small>
            {diagnosis.code} · {[diagnosis.system, diagnosis.system_version].filter(Boolean).join(' ')}
          </small>
        )}
      </p>
      <h3>{t('advice')}</h3>
      <p className="prewrap">{report.advice}</p>
      {report.disposition && (
        <>
          <h3>{t('disposition')}</h3>
          <p>{t(`dispositions.${report.disposition}`)}</p>
        </>
      )}
    </>
  );
}

function Signature({ report }: { report: Report }) {
  const { t, language } = useTranslation('report');
  return (
    <footer className="report-signature">
      <p>
        <Icon name="person" size={16} />
        {report.author.name} · {report.author.organisation.name}
      </p>
      {report.signed_at && (
        <p>
          <Icon name="clock" size={16} />
          {t('signedAt', { time: formatTime(report.signed_at, language, clock.now()) })}
        </p>
      )}
      {report.content_hash && (
        <p className="report-hash" title={t('hashText')}>
          <Icon name="lock" size={16} />
          <span>
            {t('hash')} <code data-testid="report-hash">{report.content_hash}</code>
          </span>
        </p>
      )}
    </footer>
  );
}
