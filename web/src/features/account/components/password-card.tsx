import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from '@/lib/i18n';
import { asProblem, type Problem } from '@/lib/problem';
import { changePassword, sessionsQuery } from '@/lib/queries/account';
import { ProblemBanner, useProblemText } from '@/ui/banner';
import { Button } from '@/ui/button';
import { type Note, TextField } from '@/ui/field';
import { toast } from '@/ui/toast';

const EMPTY = { before: '', after: '', again: '' };

export function PasswordCard({ onChanged }: { onChanged?: () => void }) {
  const { t } = useTranslation('account');
  const problemText = useProblemText();
  const client = useQueryClient();
  const [fields, setFields] = useState(EMPTY);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  function noteOf(name: keyof typeof EMPTY): Note | null {
    if (tried && !fields[name]) return { tone: 'wrong', text: t('required') };
    if (tried && name === 'again' && fields.again !== fields.after) {
      return { tone: 'wrong', text: t('repeatWrong') };
    }
    const field = { before: 'old', after: 'new', again: '' }[name];
    if (problem && field && problem.field === field) return { tone: 'wrong', text: problemText(problem) };
    return null;
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!fields.before || !fields.after || fields.again !== fields.after) return;
    setBusy(true);
    setProblem(null);
    try {
      await changePassword(fields.before, fields.after);
      setFields(EMPTY);
      setTried(false);
      toast(t('changed'));
      void client.invalidateQueries({ queryKey: sessionsQuery.queryKey });
      onChanged?.();
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  }

  const input = (name: keyof typeof EMPTY, autoComplete: string) => ({
    type: 'password' as const,
    autoComplete,
    value: fields[name],
    note: noteOf(name),
    onChange: (event: { target: { value: string } }) => setFields({ ...fields, [name]: event.target.value }),
  });
  return (
    <section className="card">
      <div className="card-head">
        <h2>{t('password')}</h2>
      </div>
      <form className="card-body" onSubmit={submit} noValidate>
        <p className="soft" style={{ marginBottom: 12 }}>
          {t('passwordLead')}
        </p>
        {problem && !problem.field && <ProblemBanner error={problem} />}
        <TextField label={t('old')} {...input('before', 'current-password')} />
        <TextField label={t('new')} hint={t('newHint')} {...input('after', 'new-password')} />
        <TextField label={t('repeat')} {...input('again', 'new-password')} />
        <Button type="submit" look="primary" busy={busy}>
          {t('change')}
        </Button>
      </form>
    </section>
  );
}
