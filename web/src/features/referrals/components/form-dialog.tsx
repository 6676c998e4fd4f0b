// The frame of every command's dialog: title, the refusal if any, fields, two buttons. Enter in a field sends.

import type { FormEvent, ReactNode } from 'react';
import { useTranslation } from '@/lib/i18n';
import { asProblem } from '@/lib/problem';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { ELSEWHERE, Elsewhere } from './elsewhere';

export function FormDialog({
  title,
  action,
  danger = false,
  wide = false,
  busy,
  error,
  onClose,
  onSubmit,
  children,
}: {
  title: ReactNode;
  action: string;
  danger?: boolean;
  wide?: boolean;
  busy: boolean;
  error: unknown;
  onClose: () => void;
  onSubmit: () => void;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  function submit(event: FormEvent) {
    event.preventDefault();
    onSubmit();
  }
  return (
    <Dialog
      title={title}
      wide={wide}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look={danger ? 'danger-solid' : 'primary'} busy={busy} onClick={onSubmit}>
            {action}
          </Button>
        </>
      }
    >
      <form onSubmit={submit} noValidate className="stack-small">
        {error !== null &&
          error !== undefined &&
          (asProblem(error).code === ELSEWHERE ? (
            <Elsewhere error={error} />
          ) : (
            <ProblemBanner error={error} />
          ))}
        {children}
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}
