// 已读 n · 未读 n of one message; a press shows the names.

import { useId, useState } from 'react';
import type { Message, PersonRef } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';

export function Receipts({ message, people }: { message: Message; people: PersonRef[] }) {
  const { t } = useTranslation('messages');
  const [open, setOpen] = useState(false);
  const id = useId();
  const { read_by: read, unread_by: unread } = message;
  if (read.length + unread.length === 0) return null;
  const names = (ids: string[]) =>
    ids
      .map((one) => people.find((person) => person.id === one))
      .filter((person): person is PersonRef => person !== undefined)
      .map((person) => `${person.name}（${person.organisation.name}）`)
      .join(t('comma')) || t('nobody');
  return (
    <>
      <button
        type="button"
        className="talk-receipts"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        {unread.length === 0
          ? t('allRead', { count: read.length })
          : t('receipts', { read: read.length, unread: unread.length })}
      </button>
      <span id={id} className="talk-names small" hidden={!open}>
        <span>{t('readBy', { names: names(read) })}</span>
        <span>{t('unreadBy', { names: names(unread) })}</span>
      </span>
    </>
  );
}
