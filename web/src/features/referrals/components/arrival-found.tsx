// What a slip led to: a patient to register, or why not and what a human can do now.

import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { clock } from '@/lib/clock';
import type { Leg, LegRow } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { asProblem } from '@/lib/problem';
import { legQuery, useLegCommand } from '@/lib/queries/legs';
import { useMe } from '@/lib/session';
import { LegStatus, LegUrgencyMark } from '@/parts/leg-status';
import { PatientLine } from '@/parts/patient-line';
import { PhoneLink } from '@/parts/phone-link';
import { Banner, ProblemBanner } from '@/ui/banner';
import { Button, ButtonLink } from '@/ui/button';
import { toast } from '@/ui/toast';
import { ArriveDialog } from './arrival-dialogs';
import { BeforeProvider } from './changed-note';

const UNDECIDED = new Set(['submitted', 'received', 'info_requested']);
const HERE = new Set(['arrived', 'in_care', 'outcome_sent', 'closed']);

export function ArrivalFound({ leg: found, onAgain }: { leg: Leg; onAgain: () => void }) {
  const { t } = useTranslation('desk');
  const referrals = useTranslation('referrals');
  // Follows what others do meanwhile.
  const leg = useQuery({ ...legQuery(found.id), initialData: found }).data;
  const command = useLegCommand(leg.id);
  const [open, setOpen] = useState(false);
  const before = useRef<LegRow>(leg);
  const [done, setDone] = useState(false);

  function arrive(body: unknown) {
    command.mutate(
      { command: 'arrive', body, version: leg.version },
      {
        onSuccess: () => {
          setOpen(false);
          setDone(true);
          toast(t('arrivals.arrived', { name: leg.patient.name }));
        },
      },
    );
  }
  return (
    <section className="card arrival" aria-label={leg.patient.name}>
      <div className="card-body stack-small">
        <p className="arrival-who">
          <PatientLine patient={leg.patient} />
        </p>
        <p className="row">
          <LegUrgencyMark urgency={leg.urgency} always />
          <LegStatus state={leg.state} />
          <span className="soft small tabular">{leg.number}</span>
        </p>
        <dl className="facts">
          <dt>{referrals.t('fromLabel')}</dt>
          <dd>{leg.from.name}</dd>
          <dt>{referrals.t('toLabel')}</dt>
          <dd>{[leg.to?.name, leg.to_department?.name].filter(Boolean).join(' · ')}</dd>
          <dt>{referrals.t('owner')}</dt>
          <dd>{leg.owner?.name ?? referrals.t('ownerNone')}</dd>
          {leg.reservation?.resource && (
            <>
              <dt>{referrals.t('state.reserved')}</dt>
              <dd>{leg.reservation.resource}</dd>
            </>
          )}
        </dl>
        {done ? (
          <Banner tone="green">{t('arrivals.arrived', { name: leg.patient.name })}</Banner>
        ) : (
          <Standing leg={leg} />
        )}
        <div className="form-actions arrival-acts">
          {!done && leg.allowed.includes('arrive') && (
            <Button
              look="primary"
              icon="building"
              autoFocus
              onClick={() => {
                command.reset();
                before.current = leg;
                setOpen(true);
              }}
            >
              {t('arrivals.confirm')}
            </Button>
          )}
          <ButtonLink to="/referrals/$legId" params={{ legId: leg.id }}>
            {t('arrivals.open')}
          </ButtonLink>
          {leg.follow_up && (
            <ButtonLink to="/referrals/$legId" params={{ legId: leg.follow_up }}>
              {t('arrivals.follow')}
            </ButtonLink>
          )}
          <Button look="quiet" onClick={onAgain}>
            {t('arrivals.another')}
          </Button>
        </div>
      </div>
      {open && (
        <BeforeProvider value={before.current}>
          <ArriveDialog
            leg={leg}
            busy={command.isPending}
            error={command.error}
            onClose={() => setOpen(false)}
            onSend={arrive}
          />
        </BeforeProvider>
      )}
    </section>
  );
}

/** Why the arrival cannot be registered, if it cannot. */
function Standing({ leg }: { leg: Leg }) {
  const { t, language } = useTranslation('desk');
  const referrals = useTranslation('referrals');
  const me = useMe();
  if (leg.allowed.includes('arrive')) return null;
  if (leg.to && leg.to.id !== me.position.organisation.id)
    return <Elsewhere name={leg.to.name} phone={null} />;
  if (HERE.has(leg.state)) {
    return (
      <Banner tone="blue">
        <strong>{t('arrivals.already')}</strong>
        {leg.arrived_at && (
          <p>{t('arrivals.alreadyAt', { time: formatTime(leg.arrived_at, language, clock.now()) })}</p>
        )}
      </Banner>
    );
  }
  if (UNDECIDED.has(leg.state)) {
    return (
      <Banner tone="amber">
        <strong>{t('arrivals.notYet')}</strong>
        <p>{t('arrivals.notYetHint')}</p>
      </Banner>
    );
  }
  return (
    <Banner tone="red">
      <strong>{t('arrivals.ended')}</strong>
      <p>{t('arrivals.endedHint', { state: referrals.t(`state.${leg.state}`) })}</p>
    </Banner>
  );
}

function Elsewhere({ name, phone }: { name: string; phone: string | null }) {
  const { t } = useTranslation('desk');
  return (
    <Banner tone="red">
      <strong>{t('arrivals.elsewhere')}</strong>
      <p>
        {t('arrivals.elsewhereAt', { name })}
        {phone && (
          <>
            {' · '}
            <PhoneLink phone={phone} name={name} />
          </>
        )}
      </p>
      <p>{t('arrivals.elsewhereHint')}</p>
    </Banner>
  );
}

interface ExpectedAt {
  name: string;
  phone: string | null;
}

export function ArrivalProblem({
  problem: error,
  code,
  onAgain,
}: {
  problem: unknown;
  code: string;
  onAgain: () => void;
}) {
  const { t } = useTranslation('desk');
  const problem = asProblem(error);
  const expected = problem.body.expected_at as ExpectedAt | undefined;
  return (
    <section className="card card-body stack-small arrival">
      {problem.code === 'referral.expected-elsewhere' && expected ? (
        <Elsewhere name={expected.name} phone={expected.phone} />
      ) : problem.status === 404 ? (
        <Banner tone="amber">
          <strong>
            {t('arrivals.unknown')} <span className="tabular">{code}</span>
          </strong>
          <p>{t('arrivals.unknownHint')}</p>
        </Banner>
      ) : (
        <ProblemBanner error={error} />
      )}
      <div className="form-actions">
        <Button look="primary" onClick={onAgain}>
          {t('arrivals.another')}
        </Button>
      </div>
    </section>
  );
}
