// Where what was typed is now: on this device, on its way, or at the server. Never claims more than a receipt.
import { clock } from '@/lib/clock';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { Icon, type IconName } from '@/ui/icon';
import type { Saving } from '../draft';

const icons: Record<Saving['is'], IconName> = {
  clean: 'check',
  on_device: 'edit',
  saving: 'refresh',
  saved: 'checkCircle',
  failed: 'offline',
  conflict: 'alert',
};

export function SavingLine({ saving }: { saving: Saving }) {
  const { t, language } = useTranslation('report');
  const text =
    saving.is === 'saved'
      ? t('saving.saved', { time: formatTime(clock.now(saving.at), language, clock.now()) })
      : t(`saving.${saving.is}`);
  return (
    <p
      className={`report-saving report-saving-${saving.is}`}
      role="status"
      data-testid="report-saving"
      data-saving={saving.is}
    >
      <Icon name={icons[saving.is]} size={16} />
      {text}
    </p>
  );
}
