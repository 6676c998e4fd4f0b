import { type FormEvent, useState } from 'react';
import { useTranslation } from '@/lib/i18n';
import { type CreationOptions, createPasskey, isThereAlready } from '@/lib/passkeys';
import { asProblem, type Problem } from '@/lib/problem';
import { beginPasskey, confirmPasskey } from '@/lib/queries/account';
import { Banner, ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { TextField } from '@/ui/field';
import { deviceName } from '../device';

export function PasskeyDialog({
  onAdded,
  onAgain,
  onReturn,
  onClose,
}: {
  onAdded: (codes: string[] | null) => void;
  /** The person has to sign in again first. */
  onAgain: (next: () => void) => void;
  onReturn: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation('account');
  const common = useTranslation();
  const [name, setName] = useState(() => deviceName(navigator.userAgent));
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState(false);
  const [notMade, setNotMade] = useState<'passkeyTurnedAway' | 'passkeyAlready' | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!name.trim()) return;
    setBusy(true);
    setNotMade(null);
    setProblem(null);
    try {
      const { challenge, options } = await beginPasskey();
      const made = await createPasskey(options as CreationOptions).catch((refused: unknown) => {
        setNotMade(isThereAlready(refused) ? 'passkeyAlready' : 'passkeyTurnedAway');
        return null;
      });
      if (made === null) return;
      const { recovery_codes: codes } = await confirmPasskey(challenge, name.trim(), made);
      onAdded(codes);
    } catch (error) {
      const refused = asProblem(error);
      if (refused.code === 'access.sign-in-again') onAgain(onReturn);
      else setProblem(refused);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog title={t('passkeyTitle')} onClose={onClose}>
      <form onSubmit={submit} noValidate className="stack">
        <p>{t('passkeyLead')}</p>
        {problem && <ProblemBanner error={problem} />}
        {notMade && <Banner tone="amber">{t(notMade)}</Banner>}
        <TextField
          label={t('passkeyName')}
          hint={t('passkeyNameHint')}
          maxLength={60}
          value={name}
          onChange={(event) => setName(event.target.value)}
          note={tried && !name.trim() ? { tone: 'wrong', text: t('required') } : null}
        />
        <div className="row spread">
          <Button look="quiet" onClick={onClose}>
            {common.t('cancel')}
          </Button>
          <Button type="submit" look="primary" busy={busy}>
            {t('addPasskey')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
