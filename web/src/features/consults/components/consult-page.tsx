// A consult as its requester sees it: what was asked, the studies as pictures, the opinion, the course, and what may
// be done now. The viewer is never loaded here.

import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { clock } from '@/lib/clock';
import type { Consult } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { useGlassOn } from '@/lib/queries/break-glass';
import { consultQuery, consultTimelineQuery } from '@/lib/queries/consults';
import { DESK, useMe } from '@/lib/session';
import { Asks } from '@/parts/asks';
import { ConsultKind, ConsultStatus, ConsultUrgencyMark } from '@/parts/consult-status';
import { OwedLine } from '@/parts/owed-line';
import { PatientLine } from '@/parts/patient-line';
import { StudyCards } from '@/parts/study-cards';
import { Timeline } from '@/parts/timeline';
import { Banner } from '@/ui/banner';
import { ButtonLink } from '@/ui/button';
import { Empty, Loaded } from '@/ui/states';
import { Acknowledge } from './acknowledge';
import { AddFiles } from './add-files';
import { ConsultActions } from './consult-actions';
import { Declined } from './declined';
import { ReportView } from './report-view';

/** States in which talking by video makes sense. */
const ROOM_OPEN = new Set([
  'submitted',
  'quality_checked',
  'assigned',
  'info_requested',
  'reading',
  'in_session',
  'drafted',
]);

/** Nobody will take these over any more. */
const ENDED = new Set(['declined', 'cancelled', 'closed']);

export function ConsultPage() {
  const { consultId } = useParams({ from: '/shell/consults/$consultId' });
  const query = useQuery(consultQuery(consultId));
  return (
    <div className="page">
      <Loaded query={query}>{(consult) => <ConsultView consult={consult} />}</Loaded>
    </div>
  );
}

function ConsultView({ consult }: { consult: Consult }) {
  const { t, language } = useTranslation('consults');
  const timelineText = useTranslation('timeline');
  const timeline = useQuery(consultTimelineQuery(consult.id));
  const { role, organisation } = useMe().position;
  const specialist = DESK[role] === 'worklist';
  const takesPart = [consult.requester.organisation.id, consult.invited.id].includes(organisation.id);
  const glass = useGlassOn(consult.patient.id);
  return (
    <>
      <div className="page-head">
        <div className="stack-small">
          <h1>
            <PatientLine patient={consult.patient} />
          </h1>
          <span className="row">
            <ConsultUrgencyMark urgency={consult.urgency} />
            <ConsultStatus state={consult.state} />
            <ConsultKind type={consult.type} />
            <span className="soft small tabular">{consult.number}</span>
          </span>
          <OwedLine owed={consult.owed} />
        </div>
        <div className="row">
          {ROOM_OPEN.has(consult.state) && (takesPart || !glass) && (
            <ButtonLink
              to="/consults/$consultId/room"
              params={{ consultId: consult.id }}
              look={consult.state === 'in_session' ? 'primary' : 'secondary'}
              icon="video"
            >
              {t('room')}
            </ButtonLink>
          )}
          {specialist && (
            <ButtonLink
              to="/consults/$consultId/read"
              params={{ consultId: consult.id }}
              look="primary"
              icon="image"
            >
              {t('toReading')}
            </ButtonLink>
          )}
          <ConsultActions consult={consult} />
        </div>
      </div>

      <div className="columns">
        <div className="stack">
          {consult.decision &&
            (consult.state === 'declined' ? (
              <Declined consult={consult} />
            ) : (
              <Banner tone={consult.state === 'returned' ? 'amber' : 'red'}>
                <Decision consult={consult} />
              </Banner>
            ))}
          {consult.report?.signed_at && (
            <ReportView report={consult.report} versions={consult.report_versions} />
          )}
          {consult.allowed.includes('acknowledge') && <Acknowledge consult={consult} />}
          {consult.acknowledgement && (
            <Banner tone="green">
              <strong>{t(`adoption.${consult.acknowledgement.adoption}`)}</strong>
              {consult.acknowledgement.reason && `：${consult.acknowledgement.reason}`}
              <span className="banner-ref">
                {consult.acknowledgement.by.name} ·{' '}
                {formatTime(consult.acknowledgement.at, language, clock.now())}
              </span>
            </Banner>
          )}
          {consult.ask.length > 0 && (
            <section className="card">
              <div className="card-head">
                <h2>{t('questions')}</h2>
              </div>
              <div className="card-body">
                <Asks asks={consult.ask} />
              </div>
            </section>
          )}
          <section className="card">
            <div className="card-head">
              <h2>{t('request')}</h2>
              <span className="soft small">
                {consult.requester.name} · {consult.requester.organisation.name}
              </span>
            </div>
            <div className="card-body stack">
              <div>
                <h3 className="soft">{t('questionLabel')}</h3>
                <p className="prewrap lead">{consult.question}</p>
              </div>
              <div>
                <h3 className="soft">{t('summaryLabel')}</h3>
                <p className="prewrap">{consult.summary}</p>
              </div>
            </div>
          </section>
          <section className="card">
            <div className="card-head">
              <h2>{t('step.files')}</h2>
            </div>
            {consult.studies.length === 0 ? (
              <Empty icon="image" title={t('noStudies')} />
            ) : (
              <div className="card-body">
                <StudyCards studies={consult.studies} />
              </div>
            )}
            {(consult.allowed.includes('resubmit') || consult.allowed.includes('answer')) && (
              <AddFiles consult={consult} />
            )}
          </section>
        </div>

        <aside className="stack">
          <section className="card card-body">
            <dl className="facts">
              <dt>{t('invitedLabel')}</dt>
              <dd>
                {consult.invited.name}
                {consult.invited_department && `\n${consult.invited_department.name}`}
              </dd>
              <dt>{t('assignee')}</dt>
              <dd>{consult.assignee?.name ?? (ENDED.has(consult.state) ? '—' : t('assigneeNone'))}</dd>
              <dt>{t('modeLabel')}</dt>
              <dd>{t(`mode.${consult.mode}`)}</dd>
              <dt>{t('consentLabel')}</dt>
              <dd>{consult.consent ? t(`consent.${consult.consent.kind}`) : '—'}</dd>
            </dl>
          </section>
          <section className="card">
            <div className="card-head">
              <h2>{timelineText.t('title')}</h2>
            </div>
            <div className="card-body">
              <Loaded query={timeline}>{(page) => <Timeline entries={page.items} />}</Loaded>
            </div>
          </section>
        </aside>
      </div>
    </>
  );
}

function Decision({ consult }: { consult: Consult }) {
  const { t } = useTranslation('consults');
  return (
    <>
      <strong>{t(`state.${consult.state}`)}</strong>
      {consult.decision?.text && <p className="prewrap">{consult.decision.text}</p>}
    </>
  );
}
