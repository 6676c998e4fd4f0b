// The second step of signing in: the code of an authenticator, a recovery code, or a passkey.

import { type FormEvent, useState } from 'react';
import type { Me } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { answerWithPasskey, passkeysWork } from '@/lib/passkeys';
import { asProblem, type Problem } from '@/lib/problem';
import { answerSecondFactor, type SecondStepAsked } from '@/lib/session';
import { Banner, ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { TextField } from '@/ui/field';

export function SecondStep({
  asked,
  onSignedIn,
  onAgain,
}: {
  asked: SecondStepAsked;
  onSignedIn: (me: Me) => void;
  /** Back to the password, with what was wrong if something was. */
  onAgain: (problem: Problem | null) => void;
}) {
  const { t } = useTranslation('session');
  const byCode = asked.methods.includes('totp');
  const passkey = passkeysWork() ? asked.passkey : null;
  const [recovery, setRecovery] = useState(!byCode && !passkey);
  const [code, setCode] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [turnedAway, setTurnedAway] = useState(false);

  async function answer(proof: { code: string } | { passkey: unknown }) {
    setBusy(true);
    setProblem(null);
    try {
      onSignedIn(await answerSecondFactor(asked.challenge, proof));
    } catch (error) {
      const refused = asProblem(error);
      if (refused.code === 'access.challenge-over' || refused.status === 429) return onAgain(refused);
      setProblem(refused);
      setCode('');
    } finally {
      setBusy(false);
    }
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (code.trim()) void answer({ code: code.trim() });
  }

  async function withPasskey() {
    if (!passkey) return;
    setTurnedAway(false);
    let shown: unknown;
    try {
      shown = await answerWithPasskey(passkey);
    } catch {
      return setTurnedAway(true);
    }
    await answer({ passkey: shown });
  }

  const asksForCode = byCode || recovery;
  return (
    <form onSubmit={submit} noValidate className="stack">
      {problem && <ProblemBanner error={problem} />}
      {turnedAway && <Banner tone="amber">{t('passkeyTurnedAway')}</Banner>}
      {passkey && !recovery && (
        <Button look={byCode ? 'secondary' : 'primary'} icon="lock" block busy={busy} onClick={withPasskey}>
          {t('withPasskey')}
        </Button>
      )}
      {asksForCode && (
        <div>
          <TextField
            key={recovery ? 'recovery' : 'totp'}
            label={recovery ? t('recoveryCode') : t('code')}
            hint={recovery ? t('recoveryHint') : t('codeHint')}
            name="code"
            autoComplete="one-time-code"
            inputMode={recovery ? 'text' : 'numeric'}
            autoCapitalize="none"
            autoCorrect="off"
            spellCheck={false}
            autoFocus
            value={code}
            onChange={(event) => setCode(event.target.value)}
          />
          <Button type="submit" look="primary" block busy={busy} disabled={!code.trim()}>
            {t('verify')}
          </Button>
        </div>
      )}
      <div className="row spread">
        <Button look="quiet" onClick={() => onAgain(null)}>
          {t('otherPerson')}
        </Button>
        {(byCode || passkey) && (
          <Button
            look="quiet"
            onClick={() => {
              setRecovery(!recovery);
              setCode('');
            }}
          >
            {recovery ? t('otherWay') : t('lostPhone')}
          </Button>
        )}
      </div>
    </form>
  );
}
