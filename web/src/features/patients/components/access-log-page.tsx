// Who looked at a record or changed it, by day, in words for the patient to whom it is shown or printed.

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { clock } from '@/lib/clock';
import type { AccessLogEntry, Patient } from '@/lib/contract';
import { dayOf, formatDay, formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { accessLogQuery } from '@/lib/queries/audit';
import { patientQuery } from '@/lib/queries/patients';
import { useDeedWords } from '@/parts/deed-words';
import { MoreRows } from '@/parts/more-rows';
import { OutcomeMark } from '@/parts/outcome-mark';
import { Button } from '@/ui/button';
import { Icon } from '@/ui/icon';
import { Empty, Loaded } from '@/ui/states';
import { byDay } from '../by-day';
import '../patients.css';

export function AccessLogPage() {
  const { patientId } = useParams({ from: '/shell/patients/$patientId/access-log' });
  const patient = useQuery(patientQuery(patientId));
  return (
    <div className="page" style={{ maxWidth: 860 }}>
      <Loaded query={patient}>{(found) => <AccessLog patient={found} />}</Loaded>
    </div>
  );
}

function AccessLog({ patient }: { patient: Patient }) {
  const { t, language } = useTranslation('patients');
  const query = useInfiniteQuery(accessLogQuery(patient.id));
  return (
    <>
      <p className="patient-back">
        <Link to="/patients/$patientId" params={{ patientId: patient.id }}>
          <Icon name="chevronLeft" /> {patient.name}
        </Link>
      </p>
      <div className="page-head">
        <div>
          <h1>{t('log.of', { name: patient.name })}</h1>
          <p className="soft">{t('log.lead')}</p>
          <p className="patient-printed small">
            {t('log.printedAt', { time: formatTime(clock.now(), language, 0) })}
          </p>
        </div>
        <Button icon="print" className="patient-print" onClick={() => window.print()}>
          {t('log.print')}
        </Button>
      </div>
      <div className="card">
        <Loaded query={query}>
          {({ pages }) => {
            const entries = pages.flatMap((page) => page.items);
            if (entries.length === 0) return <Empty icon="list" title={t('log.none')} />;
            return (
              <>
                {byDay(entries, dayOf).map(({ day, entries: those }) => (
                  <section key={day} className="log-day" aria-labelledby={`log-${day}`}>
                    <h2 id={`log-${day}`}>{formatDay(day, language)}</h2>
                    <ul>
                      {those.map((entry) => (
                        <LogEntry key={entry.id} entry={entry} />
                      ))}
                    </ul>
                  </section>
                ))}
                {query.hasNextPage && (
                  <p className="card-body patient-printed small">{t('log.thereIsMore')}</p>
                )}
                <MoreRows query={query} text={t('log.more')} className="patient-print" />
              </>
            );
          }}
        </Loaded>
      </div>
    </>
  );
}

function LogEntry({ entry }: { entry: AccessLogEntry }) {
  const { language } = useTranslation();
  const common = useTranslation();
  const audit = useTranslation('audit');
  const words = useDeedWords();
  const at = Date.parse(entry.at);
  return (
    <li className={entry.outcome === 'denied' ? 'log-entry log-denied' : 'log-entry'}>
      <time dateTime={entry.at} className="tabular soft">
        {formatTime(at, language, at)}
      </time>
      <div>
        <p>
          <strong>{entry.person?.name ?? audit.t('system')}</strong>
          {entry.role && <span className="soft"> · {common.t(`role.${entry.role}`)}</span>}
          {entry.organisation && <span className="soft"> · {entry.organisation.name}</span>}
        </p>
        <p className="row">
          <OutcomeMark outcome={entry.outcome} /> <span>{words.action(entry)}</span>
        </p>
        <p className="soft small">{audit.t('because', { basis: words.basis(entry) })}</p>
      </div>
    </li>
  );
}
