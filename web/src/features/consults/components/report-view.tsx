// The signed opinion or report, with earlier versions behind a fold.

import { clock } from '@/lib/clock';
import type { Report } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { Icon } from '@/ui/icon';
import { Status } from '@/ui/status';
import './report-view.css';

export function ReportView({ report, versions }: { report: Report; versions: Report[] }) {
  const { t } = useTranslation('consults');
  const earlier = versions.filter((one) => one.version !== report.version && one.signed_at);
  return (
    <section className="card report" aria-labelledby="report-title">
      <div className="card-head">
        <h2 id="report-title">
          <Icon name="checkCircle" /> {t(`report.${report.kind}`)}
        </h2>
        {report.disposition && (
          <Status tone={report.disposition === 'refer_up' ? 'amber' : 'teal'} icon="arrowRight">
            {t(`disposition.${report.disposition}`)}
          </Status>
        )}
      </div>
      <div className="card-body">
        <Body report={report} />
        {earlier.length > 0 && (
          <details className="report-earlier">
            <summary>{t('report.earlier', { count: earlier.length })}</summary>
            {earlier.map((one) => (
              <Body key={one.version} report={one} />
            ))}
          </details>
        )}
      </div>
    </section>
  );
}

function Body({ report }: { report: Report }) {
  const { t, language } = useTranslation('consults');
  return (
    <div className="stack">
      <div>
        <h3 className="soft">{t('report.diagnosis')}</h3>
        <p className="prewrap report-diagnosis">
          {report.diagnosis.text}
          {report.diagnosis.code && <span className="soft tabular"> {report.diagnosis.code}</span>}
        </p>
      </div>
      <div>
        <h3 className="soft">{t('report.advice')}</h3>
        <p className="prewrap">{report.advice || '—'}</p>
      </div>
      <div>
        <h3 className="soft">{t('report.findings')}</h3>
        <p className="prewrap">{report.findings || '—'}</p>
      </div>
      <p className="report-sign soft small">
        {report.author.name} · {report.author.organisation.name}
        {report.signed_at &&
          ` · ${t('report.signedAt', { time: formatTime(report.signed_at, language, clock.now()) })}`}
        {' · '}
        {t('report.version', { version: report.version })}
        {report.content_hash && (
          <span className="report-hash" title={report.content_hash}>
            {t('report.hash', { hash: report.content_hash.slice(0, 16) })}
          </span>
        )}
      </p>
    </div>
  );
}
