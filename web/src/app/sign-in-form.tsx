// Login and password, with every way it can fail. Used by the page and by the dialog of an expired session.

import { type FormEvent, useEffect, useState } from 'react';
import type { Me } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { asProblem, type Problem } from '@/lib/problem';
import { signIn } from '@/lib/session';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { TextField } from '@/ui/field';

export function SignInForm({ login: fixed, onSignedIn }: { login?: string; onSignedIn: (me: Me) => void }) {
  const { t } = useTranslation('session');
  const [login, setLogin] = useState(fixed ?? '');
  const [password, setPassword] = useState('');
  const [missing, setMissing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const wait = useCountdown(problem);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!login.trim() || !password) return setMissing(true);
    setBusy(true);
    setProblem(null);
    try {
      onSignedIn(await signIn(login.trim(), password));
    } catch (error) {
      setProblem(asProblem(error));
      setPassword('');
    } finally {
      setBusy(false);
    }
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
        onChange={(event) => setLogin(event.target.value)}
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
        {wait > 0 ? t('waitSeconds', { seconds: wait }) : t('signIn')}
      </Button>
    </form>
  );
}

/** Seconds until the server takes another attempt. */
function useCountdown(problem: Problem | null): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (problem?.status !== 429) return setLeft(0);
    const until = Date.now() + (problem.retryAfter ?? 30) * 1000;
    const step = () => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000)));
    step();
    const timer = setInterval(step, 500);
    return () => clearInterval(timer);
  }, [problem]);
  return left;
}
