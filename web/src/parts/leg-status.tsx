// The state and urgency of a referral in words, with an icon and a color.

import type { Direction, LegState, LegUrgency } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { Icon, type IconName } from '@/ui/icon';
import { Status, type Tone } from '@/ui/status';

const STATES: Record<LegState, { tone: Tone; icon: IconName }> = {
  draft: { tone: 'gray', icon: 'edit' },
  discarded: { tone: 'gray', icon: 'close' },
  submitted: { tone: 'blue', icon: 'send' },
  received: { tone: 'blue', icon: 'mail' },
  info_requested: { tone: 'amber', icon: 'question' },
  accepted: { tone: 'teal', icon: 'check' },
  reserved: { tone: 'teal', icon: 'flag' },
  no_show: { tone: 'amber', icon: 'clock' },
  arrived: { tone: 'teal', icon: 'building' },
  in_care: { tone: 'teal', icon: 'pulse' },
  outcome_sent: { tone: 'green', icon: 'mail' },
  closed: { tone: 'gray', icon: 'checkCircle' },
  declined: { tone: 'red', icon: 'ban' },
  redirected: { tone: 'amber', icon: 'arrowRight' },
  cancelled: { tone: 'gray', icon: 'close' },
  cancel_requested: { tone: 'amber', icon: 'question' },
  entered_in_error: { tone: 'gray', icon: 'ban' },
};

export function LegStatus({ state }: { state: LegState }) {
  const { t } = useTranslation('referrals');
  return <Status {...STATES[state]}>{t(`state.${state}`)}</Status>;
}

export function LegUrgencyMark({ urgency, always = false }: { urgency: LegUrgency; always?: boolean }) {
  const { t } = useTranslation('referrals');
  if (urgency === 'routine' && !always) return null;
  const look: Record<LegUrgency, { tone: Tone; icon: IconName }> = {
    emergency: { tone: 'red', icon: 'alert' },
    urgent: { tone: 'amber', icon: 'flag' },
    routine: { tone: 'gray', icon: 'clock' },
  };
  return <Status {...look[urgency]}>{t(`urgency.${urgency}`)}</Status>;
}

const ARROWS: Record<Direction, IconName> = {
  up: 'arrowUp',
  down: 'arrowDown',
  lateral: 'arrowRight',
  onward: 'arrowRight',
};

export function DirectionMark({ direction }: { direction: Direction }) {
  const { t } = useTranslation('referrals');
  return (
    <span className="row" style={{ gap: 4, flexWrap: 'nowrap' }}>
      <Icon name={ARROWS[direction]} size={15} />
      {t(`direction.${direction}`)}
    </span>
  );
}
