// The state, type and urgency of a consult in words, with an icon and a color.

import type { ConsultState, ConsultType, ConsultUrgency } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import type { IconName } from '@/ui/icon';
import { Status, type Tone } from '@/ui/status';

const STATES: Record<ConsultState, { tone: Tone; icon: IconName }> = {
  draft: { tone: 'gray', icon: 'edit' },
  submitted: { tone: 'blue', icon: 'send' },
  returned: { tone: 'amber', icon: 'flag' },
  quality_checked: { tone: 'blue', icon: 'clock' },
  assigned: { tone: 'teal', icon: 'person' },
  info_requested: { tone: 'amber', icon: 'question' },
  reading: { tone: 'teal', icon: 'image' },
  in_session: { tone: 'teal', icon: 'video' },
  drafted: { tone: 'teal', icon: 'edit' },
  signed: { tone: 'green', icon: 'check' },
  delivered: { tone: 'green', icon: 'mail' },
  acknowledged: { tone: 'green', icon: 'checkCircle' },
  closed: { tone: 'gray', icon: 'checkCircle' },
  declined: { tone: 'red', icon: 'ban' },
  cancelled: { tone: 'gray', icon: 'close' },
};

const TYPES: Record<ConsultType, IconName> = {
  comprehensive: 'consult',
  imaging: 'image',
  pathology: 'search',
  ecg: 'pulse',
};

export function ConsultStatus({ state }: { state: ConsultState }) {
  const { t } = useTranslation('consults');
  return <Status {...STATES[state]}>{t(`state.${state}`)}</Status>;
}

export function ConsultKind({ type }: { type: ConsultType }) {
  const { t } = useTranslation('consults');
  return (
    <Status tone="gray" icon={TYPES[type]}>
      {t(`type.${type}`)}
    </Status>
  );
}

export function ConsultUrgencyMark({ urgency }: { urgency: ConsultUrgency }) {
  const { t } = useTranslation('consults');
  if (urgency === 'routine') return null;
  return (
    <Status tone={urgency === 'critical' ? 'red' : 'amber'} icon={urgency === 'critical' ? 'alert' : 'flag'}>
      {t(`urgency.${urgency}`)}
    </Status>
  );
}
