import { type FormEvent, useState } from 'react';
import type { NewTotp } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { asProblem, type Problem } from '@/lib/problem';
import { confirmTotp } from '@/lib/queries/account';
import { ProblemBanner, useProblemText } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { TextField } from '@/ui/field';

export function TotpDialog({
  begun,
  onAdded,
  onClose,
}: {
  begun: NewTotp;
  onAdded: (codes: string[] | null) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation('account');
  const common = useTranslation();
  const problemText = useProblemText();
  const [code, setCode] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      const { recovery_codes: codes } = await confirmTotp(begun.id, code.trim());
      onAdded(codes);
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
    }
  }

  return (
    <Dialog title={t('scanTitle')} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <p>{t('scan')}</p>
        <img
          className="account-qr"
          alt={t('qr')}
          src={`data:image/svg+xml,${encodeURIComponent(begun.qr)}`}
        />
        <p className="soft small">{t('byHand')}</p>
        <p className="account-secret" style={{ marginBottom: 16 }}>
          {begun.secret.replace(/(.{4})(?=.)/g, '$1 ')}
        </p>
        {problem && !problem.field && <ProblemBanner error={problem} />}
        <TextField
          label={t('code')}
          name="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          value={code}
          onChange={(event) => setCode(event.target.value)}
          note={problem?.field ? { tone: 'wrong', text: problemText(problem) } : null}
        />
        <div className="row spread">
          <Button look="quiet" onClick={onClose}>
            {common.t('cancel')}
          </Button>
          <Button type="submit" look="primary" busy={busy} disabled={!code.trim()}>
            {t('confirm')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
