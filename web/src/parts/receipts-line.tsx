// 已读 n · 未读 n of a referral that was sent; a press shows who on the receiver's side has read it and who has not.

import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { Id, PersonRef } from '@/lib/contract';
import { loadAllTexts, useTranslation } from '@/lib/i18n';
import { legReceiptsQuery } from '@/lib/queries/legs';
import { ProblemBanner } from '@/ui/banner';

export function ReceiptsLine({ legId, counts }: { legId: Id; counts: { read: number; unread: number } }) {
  const { t } = useTranslation('referrals');
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <div className="receipts">
      <button
        type="button"
        className="receipts-button small tabular"
        aria-expanded={open}
        aria-controls={id}
        // The names' words come with the other pages' texts.
        onClick={() => void loadAllTexts().then(() => setOpen(!open))}
      >
        {t('receipts', counts)}
      </button>
      <div id={id} hidden={!open}>
        {open && <ReceiptNames legId={legId} />}
      </div>
    </div>
  );
}

export function ReceiptNames({ legId }: { legId: Id }) {
  const { t } = useTranslation('referrals');
  const common = useTranslation();
  const query = useQuery(legReceiptsQuery(legId));
  const names = (people: PersonRef[]) =>
    people.map((person) => person.name).join(', ') || t('reading.nobody');
  if (query.error) return <ProblemBanner error={query.error} onRetry={() => query.refetch()} />;
  if (!query.data) return <p className="soft small">{common.t('loading')}</p>;
  return (
    <p className="small soft receipts-names">
      <span>{t('reading.readBy', { names: names(query.data.read.map((one) => one.person)) })}</span>
      <span>{t('reading.unreadBy', { names: names(query.data.unread) })}</span>
    </p>
  );
}
