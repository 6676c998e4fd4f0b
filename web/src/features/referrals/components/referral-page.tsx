// One referral as sender, desk and doctor see it: where it stands, who owes what, the form, the outcome, the course,
// and the commands that the server allows this caller now. Opening it as the receiver counts as reading it.

import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { type ReactNode, useEffect, useRef } from 'react';
import { clock } from '@/lib/clock';
import type { Leg, TimelineEntry } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { caseQuery, legQuery, legTimelineQuery, useLegCommand } from '@/lib/queries/legs';
import { useMe } from '@/lib/session';
import { Asks } from '@/parts/asks';
import { LegFollowUps } from '@/parts/follow-up-card';
import { DirectionMark, LegStatus, LegUrgencyMark } from '@/parts/leg-status';
import { OwedLine } from '@/parts/owed-line';
import { PatientLine } from '@/parts/patient-line';
import { ReceiptNames } from '@/parts/receipts-line';
import { Timeline } from '@/parts/timeline';
import { Banner } from '@/ui/banner';
import { ButtonLink } from '@/ui/button';
import { Loaded } from '@/ui/states';
import { DeadlineClock } from '@/ui/status';
import { CallCard, CallNow } from './call-card';
import { CriteriaRecorded } from './criteria';
import { DraftReview } from './draft-review';
import { FormFacts } from './form-facts';
import { LegCommands } from './leg-commands';
import { OutcomeView } from './outcome-view';
import { PackageCard } from './package-card';
import './referrals.css';

/** Puts what is said about a leg beside it; another feature, which the composition brings. */
export type Talk = (leg: Leg, entries: TimelineEntry[]) => ReactNode;

export function ReferralPage({ conversation }: { conversation: Talk }) {
  const { legId } = useParams({ from: '/shell/referrals/$legId' });
  const query = useQuery(legQuery(legId));
  return (
    <div className="page">
      <Loaded query={query}>
        {(leg) => <ReferralView key={leg.id} leg={leg} conversation={conversation} />}
      </Loaded>
    </div>
  );
}

/** The first human read by the receiver is a fact of the record (待查看 → 已查看). */
function useOpening(leg: Leg): void {
  const { mutate } = useLegCommand(leg.id);
  const opened = useRef(false);
  // The sender's people who act for somebody outside have not read it there.
  const due = leg.allowed.includes('open') && !leg.external;
  useEffect(() => {
    if (!due || opened.current) return;
    opened.current = true;
    // A refusal means that somebody else was first, which is as good.
    mutate({ command: 'open', version: leg.version });
  }, [due, leg.version, mutate]);
}

function ReferralView({ leg, conversation }: { leg: Leg; conversation: Talk }) {
  const { t, language } = useTranslation('referrals');
  const timelineText = useTranslation('timeline');
  const packages = useTranslation('packages');
  const me = useMe();
  const timeline = useQuery(legTimelineQuery(leg.id));
  useOpening(leg);
  return (
    <>
      <div className="page-head">
        <div className="stack-small">
          <h1>
            <PatientLine patient={leg.patient} />
          </h1>
          <span className="row">
            <LegUrgencyMark urgency={leg.urgency} />
            <LegStatus state={leg.state} />
            <span className="soft">
              <DirectionMark direction={leg.direction} />
            </span>
            <span className="soft small tabular">{leg.number}</span>
          </span>
          <OwedLine owed={leg.owed} />
          <span className="row">
            <CallNow leg={leg} />
          </span>
        </div>
        <div className="stack-small referral-acts">
          <LegCommands leg={leg} />
          {leg.submitted_at && <PrintLinks leg={leg} />}
        </div>
      </div>
      {leg.state === 'draft' && leg.allowed.includes('submit') && <DraftReview leg={leg} />}

      <div className="columns">
        <div className="stack">
          {leg.decision && <DecisionBanner leg={leg} />}
          {leg.transport === 'departed' && leg.state !== 'arrived' && (
            <Banner tone="blue" icon="arrowRight">
              {t('onTheWay')}
            </Banner>
          )}
          {leg.missing.length > 0 && leg.record_due_at && (
            <Banner tone="amber">
              {t('recordMissing')} <DeadlineClock due={leg.record_due_at} />
            </Banner>
          )}
          {leg.has_thread && conversation(leg, timeline.data?.items ?? [])}
          {leg.outcome && <OutcomeView outcome={leg.outcome} outcomes={leg.outcomes} />}
          {leg.notes.length > 0 && <NotesCard leg={leg} />}
          {leg.external && leg.submitted_at && (
            <Banner tone="blue" icon="building">
              <strong>
                {packages.t('external.badge')} · {packages.t('external.proxy')}
              </strong>
              {leg.from.id === me.position.organisation.id && <p>{packages.t('external.explain')}</p>}
            </Banner>
          )}
          <LegFollowUps legId={leg.id} />
          {leg.ask.length > 0 && (
            <section className="card">
              <div className="card-head">
                <h2>{t('questions')}</h2>
              </div>
              <div className="card-body">
                <Asks asks={leg.ask} />
              </div>
            </section>
          )}
          <section className="card">
            <div className="card-head">
              <h2>{t('formTitle')}</h2>
              {leg.submitted_at && (
                <span className="soft small tabular">
                  {formatTime(leg.submitted_at, language, clock.now())}
                </span>
              )}
            </div>
            <div className="card-body">
              <FormFacts form={leg.form} />
              <CriteriaRecorded leg={leg} />
            </div>
          </section>
        </div>

        <aside className="stack">
          <section className="card card-body">
            <dl className="facts">
              <dt>{t('fromLabel')}</dt>
              <dd>
                {leg.from.name}
                {'\n'}
                <span className="soft">{leg.sender.name}</span>
              </dd>
              <dt>{t('toLabel')}</dt>
              <dd>
                {leg.to?.name ?? '—'}
                {leg.to_department && `\n${leg.to_department.name}`}
              </dd>
              <dt>{t('owner')}</dt>
              <dd>{leg.owner?.name ?? t('ownerNone')}</dd>
              {leg.expected_at && (
                <>
                  <dt>{t('expectedAt')}</dt>
                  <dd className="tabular">{formatTime(leg.expected_at, language, clock.now())}</dd>
                </>
              )}
              {leg.reservation?.resource && (
                <>
                  <dt>{t('state.reserved')}</dt>
                  <dd>
                    {leg.reservation.resource}
                    {leg.reservation.hold_until &&
                      `\n${t('heldUntil', { time: formatTime(leg.reservation.hold_until, language, clock.now()) })}`}
                  </dd>
                </>
              )}
              {leg.arrived_at && (
                <>
                  <dt>{t('arrivedAt')}</dt>
                  <dd className="tabular">{formatTime(leg.arrived_at, language, clock.now())}</dd>
                </>
              )}
              <dt>{t('consentLabel')}</dt>
              <dd>{leg.consent ? t(`consent.${leg.consent.kind}`) : t('consentNone')}</dd>
            </dl>
          </section>
          {leg.submitted_at && <ReadingCard leg={leg} />}
          {leg.submitted_at && <CallCard leg={leg} />}
          {leg.external && leg.submitted_at && leg.from.id === me.position.organisation.id && (
            <PackageCard leg={leg} />
          )}
          <CaseCard leg={leg} />
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

/** Who on the receiver's side has read it. */
function ReadingCard({ leg }: { leg: Leg }) {
  const { t } = useTranslation('referrals');
  return (
    <section className="card">
      <div className="card-head">
        <h2>{t('reading.label')}</h2>
      </div>
      <div className="card-body">
        <ReceiptNames legId={leg.id} />
      </div>
    </section>
  );
}

function PrintLinks({ leg }: { leg: Leg }) {
  const { t } = useTranslation('desk');
  return (
    <span className="row print-links">
      {(['form', 'slip'] as const).map((sheet) => (
        <ButtonLink
          key={sheet}
          to="/print/$legId/$sheet"
          params={{ legId: leg.id, sheet }}
          look="quiet"
          icon="print"
        >
          {t(`print.${sheet}`)}
        </ButtonLink>
      ))}
    </span>
  );
}

function DecisionBanner({ leg }: { leg: Leg }) {
  const { t, has } = useTranslation('referrals');
  if (!leg.decision) return null;
  const code = `declineReason.${leg.decision.code}`;
  return (
    <Banner tone={leg.state === 'declined' ? 'red' : 'amber'}>
      <strong>{t(`state.${leg.state}`)}</strong>
      {has(code) && ` · ${t(code)}`}
      {leg.decision.suggestion && (
        <p className="prewrap">
          {t('suggestionLabel')}：{leg.decision.suggestion}
        </p>
      )}
      {leg.decision.text && <p className="prewrap">{leg.decision.text}</p>}
    </Banner>
  );
}

/** What the receiving side wrote on the way: interim notes, and notes after the end. */
function NotesCard({ leg }: { leg: Leg }) {
  const { t, language } = useTranslation('referrals');
  return (
    <section className="card">
      <div className="card-head">
        <h2>{t('command.note')}</h2>
      </div>
      <ol className="card-body stack-small">
        {leg.notes.map((note) => (
          <li key={note.at}>
            <p className="prewrap">{note.text}</p>
            <p className="soft small">
              {note.author && `${note.author.name} · ${note.author.organisation.name} · `}
              {formatTime(note.at, language, clock.now())}
              {note.late && ` · ${t('command.late_note')}`}
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The other legs of the same case: what came before and what follows. */
function CaseCard({ leg }: { leg: Leg }) {
  const { t } = useTranslation('referrals');
  const query = useQuery(caseQuery(leg.case_id));
  if (!query.data) return null;
  const { data } = query;
  return (
    <section className="card">
      <div className="card-head">
        <h2>{t('caseTitle')}</h2>
        <span className="soft small">{t(`caseState.${data.state}`)}</span>
      </div>
      <ul className="rows">
        {data.legs.map((one) => (
          <li key={one.id}>
            <Link
              to="/referrals/$legId"
              params={{ legId: one.id }}
              className={one.id === leg.id ? 'rows-link item case-now' : 'rows-link item'}
              aria-current={one.id === leg.id || undefined}
            >
              <span className="row small">
                <DirectionMark direction={one.direction} />
                <LegStatus state={one.state} />
              </span>
              <span className="soft small">
                {one.from.name} → {one.to?.name ?? '—'}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
