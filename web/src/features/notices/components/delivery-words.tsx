// What is said of a delivery: of what kind it tells, how it stands, and why it was not sent.

import type { DeliveryState } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import type { IconName } from '@/ui/icon';
import { Status, type Tone } from '@/ui/status';

const STATES: Record<DeliveryState, { tone: Tone; icon: IconName }> = {
  waiting: { tone: 'blue', icon: 'clock' },
  sending: { tone: 'blue', icon: 'send' },
  sent: { tone: 'green', icon: 'checkCircle' },
  dead: { tone: 'red', icon: 'alert' },
  dropped: { tone: 'gray', icon: 'ban' },
};

export function DeliveryStatus({ state }: { state: DeliveryState }) {
  const { t } = useTranslation('notices');
  return <Status {...STATES[state]}>{t(`sending.state.${state}`)}</Status>;
}

/** A code of the server's; it may know codes that this page does not. */
export function useFaultText(): (fault: string | null) => string {
  const { t, has } = useTranslation('notices');
  return (fault) => {
    const key = `fault.${fault}`;
    return has(key) ? t(key) : t('fault.other');
  };
}

/** 转诊：提交转诊 */
export function useKindText(): (kind: string) => string {
  const { t, has } = useTranslation('timeline');
  const notices = useTranslation('notices');
  return (kind) => {
    if (kind === 'webhook.test') return notices.t('hooks.test');
    const subject = `kind.${kind.split('.')[0]}`;
    const about = has(subject) ? t(subject) : '';
    const text = has(kind) ? t(kind, { by: '' }).trim() : kind;
    return about ? `${about}${notices.language === 'en' ? ': ' : '：'}${text}` : text;
  };
}
