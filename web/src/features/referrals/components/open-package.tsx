// What a hospital without an account sees: it types or brings a code, presses once, and reads the referral form. It opens by a
// press only, so that nothing that merely follows links (a mail scanner, a preview) uses the code up. Knows no session.

import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { clock } from '@/lib/clock';
import type { PackageContent } from '@/lib/contract';
import { formatDay, formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { asProblem } from '@/lib/problem';
import { openPackage } from '@/lib/queries/packages';
import { DirectionMark, LegUrgencyMark } from '@/parts/leg-status';
import { PhoneLink } from '@/parts/phone-link';
import { Banner, ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { TextField } from '@/ui/field';
import { FormFacts } from './form-facts';
import './packages.css';

export function OpenPackage({ code: given }: { code: string }) {
  const { t, language } = useTranslation('packages');
  const [code, setCode] = useState(given);
  const open = useMutation({ mutationFn: () => openPackage(code), gcTime: 0 });
  const openedAt = open.error ? asProblem(open.error).body.opened_at : undefined;
  function submit(event: FormEvent) {
    event.preventDefault();
    if (code.trim()) open.mutate();
  }
  return (
    <>
      {open.data ? (
        <Content content={open.data} />
      ) : (
        <section className="card card-body stack package-door">
          <h1>{t('open.title')}</h1>
          <p className="soft">{t('open.lead')}</p>
          {open.error && (
            <>
              <ProblemBanner error={open.error} />
              {typeof openedAt === 'string' && (
                <p>{t('open.openedAt', { time: formatTime(openedAt, language, clock.now()) })}</p>
              )}
            </>
          )}
          <form onSubmit={submit} noValidate className="stack-small">
            <TextField
              label={t('open.code')}
              value={code}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              maxLength={40}
              onChange={(event) => setCode(event.target.value)}
            />
            <Button type="submit" look="primary" block busy={open.isPending} disabled={!code.trim()}>
              {t('open.action')}
            </Button>
          </form>
        </section>
      )}
    </>
  );
}

function Content({ content }: { content: PackageContent }) {
  const { t, language } = useTranslation('packages');
  const common = useTranslation();
  const referrals = useTranslation('referrals');
  const { patient, from } = content;
  return (
    <div className="stack">
      <div className="page-head">
        <div className="stack-small">
          <h1>
            {patient.name} · {common.t(`sex.${patient.sex}`)} ·{' '}
            {patient.age === null ? common.t('ageUnknown') : common.t('age', { count: patient.age })}
          </h1>
          <span className="row">
            <LegUrgencyMark urgency={content.urgency} always />
            <DirectionMark direction={content.direction} />
            <span className="soft small tabular">{content.number}</span>
          </span>
        </div>
        <span className="not-printed">
          <Button icon="print" onClick={() => window.print()}>
            {t('open.print')}
          </Button>
        </span>
      </div>
      <Banner tone="blue" icon="phone">
        {t('open.call')}
        <p>
          <strong>
            {from.organisation} · {from.doctor}
          </strong>
        </p>
        <div className="row">
          {from.doctor_phone && <PhoneLink phone={from.doctor_phone} name={from.doctor} />}
          {from.organisation_phone && <PhoneLink phone={from.organisation_phone} name={from.organisation} />}
        </div>
        <p className="small">
          {t('open.until', { time: formatTime(content.readable_until, language, clock.now()) })}
        </p>
      </Banner>
      <section className="card card-body">
        <dl className="facts">
          <dt>{referrals.t('toLabel')}</dt>
          <dd>{[content.to, content.to_department].filter(Boolean).join(' · ')}</dd>
          <dt>{t('open.patient')}</dt>
          <dd>
            {patient.name} · {formatDay(patient.birth_date, language)}
          </dd>
          <dt>{t('open.identity')}</dt>
          <dd className="tabular">{patient.identity.masked ?? '—'}</dd>
          <dt>{t('open.phone')}</dt>
          <dd className="tabular">{patient.phone_masked ?? '—'}</dd>
          <dt>{referrals.t('consentLabel')}</dt>
          <dd>{content.consent ? referrals.t(`consent.${content.consent}`) : referrals.t('consentNone')}</dd>
        </dl>
      </section>
      <section className="card">
        <div className="card-head">
          <h2>{referrals.t('formTitle')}</h2>
          {content.submitted_at && (
            <span className="soft small tabular">
              {formatTime(content.submitted_at, language, clock.now())}
            </span>
          )}
        </div>
        <div className="card-body">
          <FormFacts form={content.form} />
        </div>
      </section>
    </div>
  );
}
