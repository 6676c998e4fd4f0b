// How many messages of a referral's conversation this person has not read. One question serves all rows of a page.

import { useQuery } from '@tanstack/react-query';
import type { Id } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { unreadThreadsQuery } from '@/lib/queries/threads';
import { mayReceive, useMe } from '@/lib/session';
import { Icon } from '@/ui/icon';

export function UnreadMessages({ legId }: { legId: Id }) {
  const { t } = useTranslation('referrals');
  // Who oversees takes part in no conversation.
  const query = useQuery({ ...unreadThreadsQuery, enabled: mayReceive(useMe().position.role) });
  const count = query.data?.items.find((row) => row.id === legId)?.unread ?? 0;
  if (count === 0) return null;
  return (
    <span className="status tone-blue tabular">
      <Icon name="consult" size={14} /> {t('newMessages', { count })}
    </span>
  );
}
