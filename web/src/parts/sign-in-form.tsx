// Login and password, with every way it can fail, and the second step where one follows. Used by the page and by the dialog of an expired session.

import { type FormEvent, lazy, Suspense, useState } from 'react';
import type { Me } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { asProblem, type Problem } from '@/lib/problem';
import { type SecondStepAsked, secondStepOf, signIn } from '@/lib/session';
import { useWait } from '@/lib/wait';
import { ProblemBanner, useWaitText } from '@/ui/banner';
import { Button } from '@/ui/button';
import { TextField } from '@/ui/field';

// Most people never see it: the first screen does not carry it.
const SecondStep = lazy(() => import('./second-step').then((m) => ({ default: m.SecondStep })));

export function SignInForm({ login: fixed, onSignedIn }: { login?: string; onSignedIn: (me: Me) => void }) {
  const { t } = useTranslation('session');
  const [login, setLogin] = useState(fixed ?? '');
  const [password, setPassword] = useState('');
  const [missing, setMissing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [asked, setAsked] = useState<SecondStepAsked | null>(null);
  const wait = useWait(problem);
  const waitText = useWaitText();

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!login.trim() || !password) return setMissing(true);
    setMissing(false);
    setBusy(true);
    setProblem(null);
    try {
      onSignedIn(await signIn(login.trim(), password));
    } catch (error) {
      const refused = asProblem(error);
      const step = secondStepOf(refused);
      if (step) setAsked(step);
      else setProblem(refused);
      setPassword('');
    } finally {
      setBusy(false);
    }
  }

  if (asked) {
    return (
      <Suspense fallback={null}>
        <SecondStep
          asked={asked}
          onSignedIn={onSignedIn}
          onAgain={(refused) => {
            setAsked(null);
            setProblem(refused);
          }}
        />
      </Suspense>
    );
  }

  const empty = { tone: 'wrong', text: t('required') } as const;
  return (
    <form onSubmit={submit} noValidate>
      {problem && (
        <div style={{ marginBottom: 16 }}>
          <ProblemBanner error={problem} />
        </div>
      )}
      <TextField
        label={t('login')}
        name="login"
        autoComplete="username"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        value={login}
        disabled={fixed !== undefined}
        onChange={(event) => {
          setLogin(event.target.value);
          // What was refused was another name's: the next one at this computer does not wait for it.
          setProblem(null);
        }}
        note={missing && !login.trim() ? empty : null}
      />
      <TextField
        label={t('password')}
        name="password"
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        note={missing && !password ? empty : null}
      />
      <Button type="submit" look="primary" block busy={busy} disabled={wait > 0}>
        {wait > 0 ? t('waitSeconds', { wait: waitText(wait) }) : t('signIn')}
      </Button>
    </form>
  );
}
