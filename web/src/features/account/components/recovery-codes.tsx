import { useTranslation } from '@/lib/i18n';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { toast } from '@/ui/toast';

/** Shown once: only the button closes it. */
export function RecoveryCodes({ codes, onKept }: { codes: string[]; onKept: () => void }) {
  const { t } = useTranslation('account');
  const copy = () =>
    navigator.clipboard?.writeText(codes.join('\n')).then(
      () => toast(t('codesCopied')),
      () => undefined,
    );
  return (
    <Dialog
      title={t('codesTitle')}
      footer={
        <>
          <Button icon="copy" onClick={copy}>
            {t('codesCopy')}
          </Button>
          <Button look="primary" onClick={onKept}>
            {t('codesKept')}
          </Button>
        </>
      }
    >
      <p>{t('codesText')}</p>
      <ul className="account-codes" aria-label={t('codes')}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
    </Dialog>
  );
}
