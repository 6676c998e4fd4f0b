// Calls about a referral: whom there is to call and what came of it. Where a deadline has passed, it asks for a call.

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { Contact, Leg, LegCall } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { legCallsQuery } from '@/lib/queries/legs';
import { useMe } from '@/lib/session';
import { useNow } from '@/lib/ticker';
import { PhoneLink } from '@/parts/phone-link';
import { Banner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Loaded } from '@/ui/states';
import { CallDialog } from './call-dialog';

/** Somebody of the other side owes and is late, or the patient is on the road for too long, which both sides ask about. */
export function useCallIsDue(leg: Leg): boolean {
  const now = useNow();
  const me = useMe();
  const { owed } = leg;
  if (!owed?.due_at || Date.parse(owed.due_at) > now) return false;
  return owed.duty === 'arrive' || owed.organisation.id !== me.position.organisation.id;
}

/** Beside the line that says who owes: the telephone, once the deadline has passed. */
export function CallNow({ leg }: { leg: Leg }) {
  const { t } = useTranslation('referrals');
  const [open, setOpen] = useState(false);
  const due = useCallIsDue(leg);
  if (!due) return null;
  return (
    <>
      <Button look="danger" icon="phone" onClick={() => setOpen(true)}>
        {t('calls.callNow')}
      </Button>
      {open && <CallDialog leg={leg} onClose={() => setOpen(false)} />}
    </>
  );
}

export function CallCard({ leg }: { leg: Leg }) {
  const { t } = useTranslation('referrals');
  const [open, setOpen] = useState(false);
  const query = useQuery(legCallsQuery(leg.id));
  return (
    <section className="card">
      <div className="card-head">
        <h2>{t('calls.title')}</h2>
        <Button look="quiet" icon="phone" onClick={() => setOpen(true)}>
          {t('calls.call')}
        </Button>
      </div>
      <Loaded query={query}>
        {(page) =>
          page.items.length === 0 ? (
            <p className="card-body soft small">{t('calls.none')}</p>
          ) : (
            <ul className="rows">
              {page.items.map((one) => (
                <CallRow key={one.id} one={one} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {open && <CallDialog leg={leg} onClose={() => setOpen(false)} />}
    </section>
  );
}

function CallRow({ one }: { one: LegCall }) {
  const { t, language } = useTranslation('referrals');
  return (
    <li className="rows-link">
      <span className="item-top">
        <span>
          {t(`calls.callee.${one.callee}`)} {one.whom}
        </span>
        <span className="item-time tabular">{formatTime(one.called_at, language, clock.now())}</span>
      </span>
      <span className="soft small">
        {t(`calls.result.${one.result}`)} · {one.author.name}
        {one.note && <span className="prewrap">{` · ${one.note}`}</span>}
      </span>
    </li>
  );
}

/** Numbers of one side, each dialled by a press. */
export function ContactList({
  contacts,
  onCall,
}: {
  contacts: Contact[];
  onCall: (contact: Contact) => void;
}) {
  const { t } = useTranslation('referrals');
  if (contacts.length === 0) return <Banner tone="amber">{t('calls.noNumbers')}</Banner>;
  return (
    <ul className="contacts">
      {contacts.map((contact) => (
        // What is dialled is what will be logged.
        <li
          key={`${contact.part} ${contact.phone} ${contact.person?.id}`}
          onClickCapture={() => onCall(contact)}
        >
          <span>
            {contact.person?.name ?? contact.organisation.name}
            <span className="soft small"> {t(`calls.part.${contact.part}` as 'calls.part.duty')}</span>
          </span>
          <PhoneLink phone={contact.phone} name={contact.person?.name ?? contact.organisation.name} />
        </li>
      ))}
    </ul>
  );
}
