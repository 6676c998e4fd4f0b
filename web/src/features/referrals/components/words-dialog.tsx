import { type ReactNode, useState } from 'react';
import { useTranslation } from '@/lib/i18n';
import { TextArea } from '@/ui/field';
import { FormDialog } from './form-dialog';

/** Commands that need one text: a question, an answer, a reason. */
export function WordsDialog({
  title,
  intro,
  label,
  action,
  danger = false,
  busy,
  error,
  onClose,
  onSend,
}: {
  title: ReactNode;
  intro?: ReactNode;
  label: string;
  action: string;
  danger?: boolean;
  busy: boolean;
  error: unknown;
  onClose: () => void;
  onSend: (text: string) => void;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [tried, setTried] = useState(false);
  function submit() {
    setTried(true);
    if (text.trim()) onSend(text.trim());
  }
  return (
    <FormDialog
      title={title}
      action={action}
      danger={danger}
      busy={busy}
      error={error}
      onClose={onClose}
      onSubmit={submit}
    >
      {intro && <p className="soft">{intro}</p>}
      <TextArea
        label={label}
        value={text}
        rows={4}
        maxLength={4000}
        onChange={(event) => setText(event.target.value)}
        note={tried && !text.trim() ? { tone: 'wrong', text: t('required') } : null}
      />
    </FormDialog>
  );
}
