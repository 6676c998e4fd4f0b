// Leaving a page on which something stands that is shown once: asked before it is gone.

import { useTranslation } from '@/lib/i18n';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';

export function LeaveSheet({
  title,
  text,
  action,
  onStay,
  onLeave,
}: {
  title: string;
  text: string;
  action: string;
  onStay: () => void;
  onLeave: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Dialog
      title={title}
      onClose={onStay}
      footer={
        <>
          <Button look="danger" onClick={onLeave}>
            {action}
          </Button>
          <Button look="primary" onClick={onStay}>
            {t('cancel')}
          </Button>
        </>
      }
    >
      <p>{text}</p>
    </Dialog>
  );
}
