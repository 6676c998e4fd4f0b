// My second factors: what there is, adding and taking away, and the recovery codes.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { Factors, NewTotp, OwnFactor } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { passkeysWork } from '@/lib/passkeys';
import { asProblem, type Problem } from '@/lib/problem';
import { beginTotp, factorsQuery, removeFactor, renewCodes } from '@/lib/queries/account';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Loaded } from '@/ui/states';
import { toast } from '@/ui/toast';
import { Confirm } from './confirm';
import { PasskeyDialog } from './passkey-dialog';
import { RecoveryCodes } from './recovery-codes';
import { SignInAgain } from './sign-in-again';
import { TotpDialog } from './totp-dialog';

/** What the server calls a passkey that came without a name. */
const UNNAMED = 'passkey';

type Step =
  | { kind: 'totp'; begun: NewTotp }
  | { kind: 'passkey' }
  | { kind: 'remove'; factor: OwnFactor }
  | { kind: 'renew' }
  | { kind: 'codes'; codes: string[] }
  | { kind: 'again'; next: () => void };

export function FactorsCard({ onAdded }: { onAdded?: () => void }) {
  const { t } = useTranslation('account');
  const client = useQueryClient();
  const query = useQuery(factorsQuery);
  const [step, setStep] = useState<Step | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);

  /** What changes factors may first ask for the person again; then it is done as it was asked. */
  async function attempt(what: () => Promise<void>) {
    setBusy(true);
    setProblem(null);
    try {
      await what();
    } catch (error) {
      const refused = asProblem(error);
      if (refused.code === 'access.sign-in-again') setStep({ kind: 'again', next: () => void attempt(what) });
      else setProblem(refused);
    } finally {
      setBusy(false);
    }
  }
  const refresh = () => client.invalidateQueries({ queryKey: factorsQuery.queryKey });

  function added(codes: string[] | null) {
    toast(t('factorAdded'));
    void refresh();
    if (codes) setStep({ kind: 'codes', codes });
    else finish();
  }
  function finish() {
    setStep(null);
    onAdded?.();
  }
  const remove = (factor: OwnFactor) =>
    attempt(async () => {
      setStep(null);
      await removeFactor(factor.id);
      toast(t('removed'));
      await refresh();
    });

  const renew = () =>
    attempt(async () => {
      setStep(null);
      const { recovery_codes: codes } = await renewCodes();
      toast(t('renewed'));
      setStep({ kind: 'codes', codes });
      await refresh();
    });

  return (
    <section className="card">
      <div className="card-head">
        <h2>{t('factors')}</h2>
      </div>
      <div className="card-body stack">
        <p className="soft">{t('factorsLead')}</p>
        {problem && <ProblemBanner error={problem} />}
        <Loaded query={query}>
          {(factors) => (
            <Overview
              factors={factors}
              busy={busy}
              onTotp={() => attempt(async () => setStep({ kind: 'totp', begun: await beginTotp() }))}
              onPasskey={() => setStep({ kind: 'passkey' })}
              onRemove={(factor) => setStep({ kind: 'remove', factor })}
              onRenew={() => setStep({ kind: 'renew' })}
            />
          )}
        </Loaded>
      </div>
      {step?.kind === 'totp' && (
        <TotpDialog begun={step.begun} onAdded={added} onClose={() => setStep(null)} />
      )}
      {step?.kind === 'passkey' && (
        <PasskeyDialog
          onAdded={added}
          onAgain={(next) => setStep({ kind: 'again', next })}
          onReturn={() => setStep({ kind: 'passkey' })}
          onClose={() => setStep(null)}
        />
      )}
      {step?.kind === 'codes' && <RecoveryCodes codes={step.codes} onKept={finish} />}
      {step?.kind === 'again' && (
        <SignInAgain
          onDone={() => {
            setStep(null);
            step.next();
          }}
          onClose={() => setStep(null)}
        />
      )}
      {step?.kind === 'renew' && (
        <Confirm
          title={t('renewTitle')}
          text={t('renewText')}
          action={t('renew')}
          onConfirm={renew}
          onClose={() => setStep(null)}
        />
      )}
      {step?.kind === 'remove' && (
        <Confirm
          title={t('removeTitle')}
          text={t('removeText', { name: nameOf(step.factor, t) })}
          action={t('remove')}
          onConfirm={() => remove(step.factor)}
          onClose={() => setStep(null)}
        />
      )}
    </section>
  );
}

function Overview({
  factors: { factors, recovery_codes_left, required, passkeys_possible },
  busy,
  onTotp,
  onPasskey,
  onRemove,
  onRenew,
}: {
  factors: Factors;
  busy: boolean;
  onTotp: () => void;
  onPasskey: () => void;
  onRemove: (factor: OwnFactor) => void;
  onRenew: () => void;
}) {
  const { t } = useTranslation('account');
  const hasTotp = factors.some((factor) => factor.kind === 'totp');
  const passkeys = passkeys_possible && passkeysWork();
  return (
    <>
      {required && factors.length === 0 && <p>{t('factorsRequired')}</p>}
      {factors.length === 0 ? (
        <p>
          <span className="status tone-amber">{t('factorsOff')}</span>
        </p>
      ) : (
        <ul className="account-list">
          {factors.map((factor) => (
            <FactorRow key={factor.id} factor={factor} busy={busy} onRemove={() => onRemove(factor)} />
          ))}
          <li>
            <div className="account-list-text">
              <strong>{t('codes')}</strong>
              <br />
              <span className="soft small">{t('codesLeft', { count: recovery_codes_left })}</span>
            </div>
            <Button look="quiet" disabled={busy} onClick={onRenew}>
              {t('renew')}
            </Button>
          </li>
        </ul>
      )}
      {!hasTotp && (
        <div className="stack-small account-add">
          <span className="soft small">{t('totpLead')}</span>
          <Button
            look={factors.length === 0 ? 'primary' : 'secondary'}
            icon="plus"
            busy={busy}
            onClick={onTotp}
          >
            {t('addTotp')}
          </Button>
        </div>
      )}
      <div className="stack-small account-add">
        <span className="soft small">{passkeys ? t('passkeyLead') : t('passkeysNotHere')}</span>
        {passkeys && (
          <Button icon="plus" disabled={busy} onClick={onPasskey}>
            {t('addPasskey')}
          </Button>
        )}
      </div>
    </>
  );
}

/** A passkey that a program named for itself has a name of ours. */
function nameOf(factor: OwnFactor, t: (key: 'totp' | 'passkey') => string): string {
  if (factor.kind === 'totp') return t('totp');
  return factor.name === UNNAMED ? t('passkey') : factor.name;
}

function FactorRow({ factor, busy, onRemove }: { factor: OwnFactor; busy: boolean; onRemove: () => void }) {
  const { t, language } = useTranslation('account');
  const time = (at: string) => formatTime(at, language, clock.now());
  const name = nameOf(factor, t);
  return (
    <li>
      <div className="account-list-text">
        <strong>{name}</strong>
        <br />
        <span className="soft small">
          {factor.kind === 'passkey' && `${t('passkeys')} · `}
          {t('addedAt', { time: time(factor.confirmed_at) })} ·{' '}
          {factor.used_at ? t('usedAt', { time: time(factor.used_at) }) : t('neverUsed')}
        </span>
      </div>
      <Button look="quiet" disabled={busy} aria-label={`${t('remove')}: ${name}`} onClick={onRemove}>
        {t('remove')}
      </Button>
    </li>
  );
}
