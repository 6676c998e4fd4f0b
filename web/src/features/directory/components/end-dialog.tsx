// Ending something of the directory, after it was said what that means.

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from '@/lib/i18n';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { toast } from '@/ui/toast';

export function EndDialog({
  title,
  points,
  action,
  onEnd,
  onClose,
}: {
  title: string;
  /** What happens then, a sentence each. */
  points: string[];
  action: string;
  onEnd: () => Promise<unknown>;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const directory = useTranslation('directory');
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: onEnd,
    onSuccess: () => {
      toast(directory.t('ended'));
      onClose();
    },
    onSettled: () => client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'session' }),
  });
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="danger-solid" busy={end.isPending} onClick={() => end.mutate()}>
            {action}
          </Button>
        </>
      }
    >
      <div className="stack">
        {end.error && <ProblemBanner error={end.error} />}
        <ul className="end-points">
          {points.map((point) => (
            <li key={point}>{point}</li>
          ))}
        </ul>
      </div>
    </Dialog>
  );
}
