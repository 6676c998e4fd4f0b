import { type FormEvent, useState } from 'react';
import { useTranslation } from '@/lib/i18n';
import { asProblem, type Problem } from '@/lib/problem';
import { activate } from '@/lib/queries/activation';
import { useWait } from '@/lib/wait';
import { ProblemBanner, useProblemText, useWaitText } from '@/ui/banner';
import { Button } from '@/ui/button';
import { type Note, TextField } from '@/ui/field';

const EMPTY = { code: '', login: '', password: '', again: '' };

export function ActivateForm({ onActivated }: { onActivated: (login: string) => void }) {
  const { t } = useTranslation('activation');
  const problemText = useProblemText();
  const waitText = useWaitText();
  const [fields, setFields] = useState(EMPTY);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const wait = useWait(problem);

  function noteOf(name: keyof typeof EMPTY): Note | null {
    if (tried && !fields[name].trim()) return { tone: 'wrong', text: t('required') };
    if (tried && name === 'again' && fields.again !== fields.password) {
      return { tone: 'wrong', text: t('repeatWrong') };
    }
    if (problem?.field === name) return { tone: 'wrong', text: problemText(problem) };
    return null;
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    setProblem(null);
    const { code, login, password, again } = fields;
    if (!code.trim() || !login.trim() || !password || again !== password) return;
    setBusy(true);
    try {
      await activate(login.trim(), code, password);
      onActivated(login.trim());
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  }

  const input = (name: keyof typeof EMPTY) => ({
    name,
    value: fields[name],
    note: noteOf(name),
    autoCapitalize: 'none',
    autoCorrect: 'off',
    spellCheck: false,
    onChange: (event: { target: { value: string } }) => {
      setFields({
        ...fields,
        [name]: name === 'login' ? event.target.value.toLowerCase() : event.target.value,
      });
      if (problem?.field === name) setProblem(null);
    },
  });
  return (
    <form onSubmit={submit} noValidate>
      {problem && !problem.field && (
        <div style={{ marginBottom: 16 }}>
          <ProblemBanner error={problem} />
        </div>
      )}
      <TextField label={t('code')} hint={t('codeHint')} autoComplete="one-time-code" {...input('code')} />
      <TextField label={t('login')} hint={t('loginHint')} autoComplete="username" {...input('login')} />
      <TextField
        label={t('password')}
        hint={t('passwordHint')}
        type="password"
        autoComplete="new-password"
        {...input('password')}
      />
      <TextField label={t('repeat')} type="password" autoComplete="new-password" {...input('again')} />
      <Button type="submit" look="primary" block busy={busy} disabled={wait > 0}>
        {wait > 0 ? t('wait', { wait: waitText(wait) }) : t('activate')}
      </Button>
    </form>
  );
}
