// A dialog that asks for one text (an answer, a reason) and keeps it when the server refuses.

import { type ReactNode, useState } from 'react';
import { useTranslation } from '@/lib/i18n';
import { ProblemBanner } from './banner';
import { Button } from './button';
import { Dialog } from './dialog';
import { TextArea } from './field';

export function TextDialog({
  title,
  intro,
  label,
  action,
  danger = false,
  error,
  busy,
  onSubmit,
  onClose,
}: {
  title: ReactNode;
  intro?: ReactNode;
  label: string;
  action: string;
  danger?: boolean;
  error: unknown;
  busy: boolean;
  onSubmit: (text: string) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [tried, setTried] = useState(false);
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button
            look={danger ? 'danger-solid' : 'primary'}
            busy={busy}
            onClick={() => {
              setTried(true);
              if (text.trim()) onSubmit(text.trim());
            }}
          >
            {action}
          </Button>
        </>
      }
    >
      <div className="stack">
        {intro && <p className="soft">{intro}</p>}
        {error !== null && error !== undefined && <ProblemBanner error={error} />}
        <TextArea
          label={label}
          value={text}
          rows={4}
          maxLength={4000}
          onChange={(event) => setText(event.target.value)}
          note={tried && !text.trim() ? { tone: 'wrong', text: t('required') } : null}
        />
      </div>
    </Dialog>
  );
}
