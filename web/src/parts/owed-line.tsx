// Who owes the next step, what it is, and until when.

import type { Owed } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { useMe } from '@/lib/session';
import { DeadlineClock } from '@/ui/status';

/** The duty in words; the server may know duties that this page does not. */
export function useDutyText(): (duty: string) => string {
  const { t, has } = useTranslation('duties');
  return (duty) => (has(duty) ? t(duty) : t('other'));
}

export function OwedLine({ owed }: { owed: Owed | null }) {
  const { t } = useTranslation('duties');
  const me = useMe();
  const duty = useDutyText();
  if (!owed) return null;
  const mine = owed.organisation.id === me.position.organisation.id;
  const who = owed.person ? owed.person.name : owed.organisation.name;
  return (
    <span className="row small" style={{ gap: '2px 10px' }}>
      <span className={mine ? 'owed-mine' : 'soft'}>
        {mine && (!owed.person || owed.person.id === me.person.id)
          ? t('mine', { duty: duty(owed.duty) })
          : t('theirs', { who, duty: duty(owed.duty) })}
      </span>
      {owed.due_at && <DeadlineClock due={owed.due_at} />}
    </span>
  );
}
