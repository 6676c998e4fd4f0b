// A photograph as large as the screen allows. Escape, the button or a press beside it closes it.

import type { Document } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { documentUrl } from '@/lib/queries/threads';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';

export function Lightbox({ document: picture, onClose }: { document: Document; onClose: () => void }) {
  const { t } = useTranslation('messages');
  return (
    <Dialog
      title={picture.name}
      wide
      onClose={onClose}
      footer={
        <>
          <a className="button button-secondary" href={documentUrl(picture.id, true)} download>
            {t('download')}
          </a>
          <Button look="primary" onClick={onClose}>
            {t('closePhoto')}
          </Button>
        </>
      }
    >
      <img className="lightbox" src={documentUrl(picture.id)} alt={t('photoAlt', { name: picture.name })} />
    </Dialog>
  );
}
