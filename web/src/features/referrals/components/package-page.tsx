// 转诊资料取件单: a one-time code on a sheet of A4, made by a press, shown this once; printed or read out by telephone. Nothing
// clinical stands on it. A letter, where an address is given, goes without the code.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useBlocker, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { NewPackage } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { legQuery } from '@/lib/queries/legs';
import { makePackage, packagesQuery } from '@/lib/queries/packages';
import { LeaveSheet } from '@/parts/leave-sheet';
import { Banner, ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { TextField } from '@/ui/field';
import { Icon } from '@/ui/icon';
import { Loaded } from '@/ui/states';
import './packages.css';

export function PackagePage() {
  const { t } = useTranslation('packages');
  const { legId } = useParams({ from: '/shell/referrals/$legId/package' });
  const leg = useQuery(legQuery(legId));
  const client = useQueryClient();
  const make = useMutation({
    mutationFn: (email: string) => makePackage(legId, email),
    // Nothing of it is left behind in the page's memory once the page is left.
    gcTime: 0,
    onSuccess: () => client.invalidateQueries({ queryKey: packagesQuery(legId).queryKey }),
  });
  const [isGiven, setIsGiven] = useState(false);
  const isAtRisk = make.data !== undefined && !isGiven;
  const letter = make.data?.package.letter;
  const leaving = useBlocker({
    shouldBlockFn: () => isAtRisk,
    enableBeforeUnload: () => isAtRisk,
    withResolver: true,
  });
  return (
    <div className="page">
      <div className="not-printed">
        <Link to="/referrals/$legId" params={{ legId }} className="package-back">
          <Icon name="chevronLeft" size={20} />
          {t('sheet.back')}
        </Link>
        <div className="page-head">
          <div className="stack-small">
            <h1>{t('sheet.title')}</h1>
            <p className="soft">{t('sheet.lead')}</p>
          </div>
          {make.data && (
            <Button
              look="primary"
              icon="print"
              onClick={() => {
                window.print();
                setIsGiven(true);
              }}
            >
              {t('sheet.print')}
            </Button>
          )}
        </div>
        {make.error && <ProblemBanner error={make.error} />}
        {make.data && !letter && <Banner tone="amber">{t('sheet.once')}</Banner>}
        {letter && (
          <Banner tone="amber">
            <p>{t('sheet.letterGoes', { email: letter.email })}</p>
            {isGiven ? (
              <p>{t('sheet.given')}</p>
            ) : (
              <Button icon="phone" onClick={() => setIsGiven(true)}>
                {t('sheet.readOut')}
              </Button>
            )}
          </Banner>
        )}
      </div>
      {make.data ? (
        <Sheet made={make.data} />
      ) : (
        <Loaded query={leg}>
          {(leg) => (
            <Making to={leg.to?.name ?? '—'} isBusy={make.isPending} onMake={(email) => make.mutate(email)} />
          )}
        </Loaded>
      )}
      {leaving.status === 'blocked' && (
        <LeaveSheet
          title={t('sheet.leave')}
          text={t('sheet.leaveText')}
          action={t('sheet.leaveDo')}
          onStay={leaving.reset}
          onLeave={leaving.proceed}
        />
      )}
    </div>
  );
}

function Making({ to, isBusy, onMake }: { to: string; isBusy: boolean; onMake: (email: string) => void }) {
  const { t } = useTranslation('packages');
  const [email, setEmail] = useState('');
  return (
    <form
      className="card card-body stack package-making"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onMake(email.trim());
      }}
    >
      <p>{t('sheet.to', { name: to })}</p>
      <TextField
        label={t('sheet.email')}
        hint={t('sheet.emailHint')}
        optional
        type="email"
        autoComplete="off"
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <div>
        <Button type="submit" look="primary" icon={email.trim() ? 'mail' : 'print'} busy={isBusy}>
          {t(email.trim() ? 'sheet.makeAndSend' : 'sheet.make')}
        </Button>
      </div>
    </form>
  );
}

function Sheet({ made }: { made: NewPackage }) {
  const { t, language } = useTranslation('packages');
  const { sheet } = made;
  const phones = [sheet.from.doctor_phone, sheet.from.organisation_phone].filter(Boolean).join(' / ');
  return (
    <article className="package-sheet">
      <h2>{t('sheet.title')}</h2>
      <p className="package-to">{t('sheet.to', { name: sheet.to })}</p>
      <div className="package-main">
        <img
          className="package-qr"
          src={`data:image/svg+xml;utf8,${encodeURIComponent(made.qr)}`}
          alt={`${made.address}/${made.code}`}
        />
        <dl className="facts">
          <dt>{t('sheet.code')}</dt>
          <dd className="package-code">{made.code}</dd>
          <dt>{t('sheet.address')}</dt>
          <dd className="package-address">{made.address}</dd>
          <dt>{t('sheet.until')}</dt>
          <dd>{formatTime(made.package.expires_at, language, clock.now())}</dd>
          <dt>{t('sheet.number')}</dt>
          <dd className="tabular">{sheet.number}</dd>
          <dt>{t('sheet.from')}</dt>
          <dd>{sheet.from.organisation}</dd>
          <dt>{t('sheet.doctor')}</dt>
          <dd>{sheet.from.doctor}</dd>
          <dt>{t('sheet.phone')}</dt>
          <dd className="tabular">{phones || '—'}</dd>
        </dl>
      </div>
      <h3>{t('sheet.steps')}</h3>
      <ol className="package-steps">
        <li>{t('sheet.step1')}</li>
        <li>{t('sheet.step2')}</li>
        <li>{t('sheet.step3')}</li>
      </ol>
      <p className="small">{t('sheet.secret')}</p>
    </article>
  );
}
