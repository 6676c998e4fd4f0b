import { type FormEvent, useState } from 'react';
import { useTranslation } from '@/lib/i18n';
import { asProblem, type Problem } from '@/lib/problem';
import { makeToken } from '@/lib/queries/account';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { Check, SelectField, TextField } from '@/ui/field';
import { scopeText } from './tokens-card';

const DAYS = [7, 30, 90, 365];

export function TokenDialog({
  scopes,
  onMade,
  onAgain,
  onClose,
}: {
  scopes: string[];
  onMade: (token: string) => void;
  /** The person has to sign in again first. */
  onAgain: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation('account');
  const common = useTranslation();
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<string[]>([]);
  const [days, setDays] = useState(30);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!name.trim() || chosen.length === 0) return;
    setBusy(true);
    setProblem(null);
    try {
      onMade((await makeToken(name, chosen, days)).token);
    } catch (error) {
      const refused = asProblem(error);
      if (refused.code === 'access.sign-in-again') onAgain();
      else setProblem(refused);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog title={t('tokenMake')} onClose={onClose}>
      <form onSubmit={submit} noValidate className="stack">
        {problem && <ProblemBanner error={problem} />}
        <TextField
          label={t('tokenName')}
          hint={t('tokenNameHint')}
          maxLength={60}
          value={name}
          note={tried && !name.trim() ? { tone: 'wrong', text: t('required') } : null}
          onChange={(event) => setName(event.target.value)}
        />
        <fieldset className="fieldset">
          <legend>{t('tokenScopes')}</legend>
          <div className="account-scopes">
            {scopes.map((scope) => (
              <Check
                key={scope}
                checked={chosen.includes(scope)}
                onChange={(event) =>
                  setChosen(event.target.checked ? [...chosen, scope] : chosen.filter((s) => s !== scope))
                }
              >
                {scopeText(t, scope)}
              </Check>
            ))}
          </div>
          {tried && chosen.length === 0 && (
            <span className="field-note field-note-wrong" role="alert">
              {t('tokenScopesMissing')}
            </span>
          )}
        </fieldset>
        <SelectField
          label={t('tokenDays')}
          value={days}
          onChange={(event) => setDays(Number(event.target.value))}
        >
          {DAYS.map((count) => (
            <option key={count} value={count}>
              {t('days', { count })}
            </option>
          ))}
        </SelectField>
        <div className="row spread">
          <Button look="quiet" onClick={onClose}>
            {common.t('cancel')}
          </Button>
          <Button type="submit" look="primary" busy={busy}>
            {t('tokenMake')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
