import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Duty } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { takeOff } from '@/lib/queries/duties';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { useWhen } from './duty-text';

export function TakeOffDialog({ duty, onClose }: { duty: Duty; onClose: () => void }) {
  const { t } = useTranslation('roster');
  const common = useTranslation();
  const when = useWhen();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => takeOff(duty),
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: ['duty'] }),
  });
  return (
    <Dialog
      title={t('takeOffTitle')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{common.t('close')}</Button>
          <Button look="danger-solid" busy={remove.isPending} onClick={() => remove.mutate()}>
            {t('takeOff')}
          </Button>
        </>
      }
    >
      <div className="stack">
        {remove.error && <ProblemBanner error={remove.error} />}
        <p>{t('takeOffText', { name: duty.person.name, when: when(duty) })}</p>
        <p className="soft">{t('takeOffTold')}</p>
      </div>
    </Dialog>
  );
}
