// One person: what is kept of them, the positions they hold, and what it means when they leave.

import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { PersonDetail, PositionDetail } from '@/lib/contract';
import { formatDay } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { personQuery } from '@/lib/queries/directory';
import { useMe } from '@/lib/session';
import { PhoneLink } from '@/parts/phone-link';
import { Banner } from '@/ui/banner';
import { Button, ButtonLink } from '@/ui/button';
import { Icon } from '@/ui/icon';
import { Empty, Loaded } from '@/ui/states';
import { Status } from '@/ui/status';
import { dayOfTime, endPosition, lastDayOf, leave, watches } from '../api/commands';
import { EndDialog } from './end-dialog';
import { PersonDialog, PositionDialog } from './person-dialogs';
import '../directory.css';

export function PersonPage() {
  const { t } = useTranslation('directory');
  const { personId } = useParams({ from: '/shell/directory/people/$personId' });
  const query = useQuery(personQuery(personId));
  const first = query.data?.positions[0]?.organisation;
  return (
    <div className="page">
      {first ? (
        <Link
          to="/directory/organisations/$organisationId"
          params={{ organisationId: first.id }}
          className="back-link"
        >
          <Icon name="chevronLeft" size={20} />
          {first.name}
        </Link>
      ) : (
        <Link to="/directory" className="back-link">
          <Icon name="chevronLeft" size={20} />
          {t('title')}
        </Link>
      )}
      <Loaded query={query}>{(person) => <View person={person} />}</Loaded>
    </div>
  );
}

function View({ person }: { person: PersonDetail }) {
  const { t } = useTranslation('directory');
  const me = useMe();
  const [open, setOpen] = useState<'edit' | 'leave' | 'place' | null>(null);
  const [ending, setEnding] = useState<PositionDetail | null>(null);
  const hasLeft = person.left_at !== null;
  const isMe = person.id === me.person.id;
  const isWatcher = person.positions.some((one) => watches(one.role));
  const isOurs = !hasLeft && !isMe && !isWatcher;
  const place = person.positions[0]?.organisation;
  return (
    <>
      <div className="page-head">
        <div className="stack-small">
          <h1>
            {person.name} <span className="soft person-title">{person.title}</span>
          </h1>
          <AccountMark person={person} />
        </div>
        {!hasLeft && (
          <div className="row">
            {person.private && place && mayHaveSlip(person, me.person.id) && (
              <ButtonLink
                to="/directory/organisations/$organisationId/slips"
                params={{ organisationId: place.id }}
                search={{ person: person.id }}
                icon="print"
              >
                {t(person.private.has_account ? 'person.resetSlip' : 'person.slip')}
              </ButtonLink>
            )}
            <Button icon="edit" onClick={() => setOpen('edit')}>
              {t('edit')}
            </Button>
          </div>
        )}
      </div>
      <div className="stack">
        {hasLeft && <Banner tone="amber">{t('person.hasLeft')}</Banner>}
        {!hasLeft && isMe && <Banner tone="blue">{t('person.isMe')}</Banner>}
        {!hasLeft && isWatcher && <Banner tone="blue">{t('person.isWatcher')}</Banner>}
        <section className="card card-body">
          <Facts person={person} />
        </section>
        <section className="card" aria-labelledby="positions">
          <div className="card-head">
            <h2 id="positions">{t('position.title')}</h2>
            {isOurs && (
              <Button icon="plus" onClick={() => setOpen('place')}>
                {t('position.add')}
              </Button>
            )}
          </div>
          {person.positions.length === 0 ? (
            <Empty icon="person" title={t('position.none')} />
          ) : (
            <ul className="rows">
              {person.positions.map((one) => (
                <PositionRow key={one.id} position={one} onEnd={isOurs ? () => setEnding(one) : null} />
              ))}
            </ul>
          )}
        </section>
        {isOurs && (
          <div className="form-actions">
            <Button look="danger" icon="signOut" onClick={() => setOpen('leave')}>
              {t('person.leave')}
            </Button>
          </div>
        )}
      </div>
      {open === 'edit' && <PersonDialog standing={person} onClose={() => setOpen(null)} />}
      {open === 'place' && <PositionDialog person={person} onClose={() => setOpen(null)} />}
      {open === 'leave' && (
        <EndDialog
          title={t('person.leaveTitle', { name: person.name })}
          points={[
            t('person.leaveSessions'),
            t('person.leaveOwed'),
            t('person.leaveDuties'),
            t('person.leaveKept'),
          ]}
          action={t('person.leave')}
          onEnd={() => leave(person)}
          onClose={() => setOpen(null)}
        />
      )}
      {ending && (
        <EndDialog
          title={t('position.endTitle', { name: person.name })}
          points={[t('position.endSessions'), t('position.endOwed'), t('position.endKept')]}
          action={t('position.end')}
          onEnd={() => endPosition(ending.id)}
          onClose={() => setEnding(null)}
        />
      )}
    </>
  );
}

/** The accounts of those who watch over administrators are the console's; one's own password is changed in one's account. */
function mayHaveSlip({ id, positions, private: own }: PersonDetail, me: string): boolean {
  return !positions.some(({ role }) => watches(role)) && !(own?.has_account && id === me);
}

function AccountMark({ person }: { person: PersonDetail }) {
  const { t } = useTranslation('directory');
  if (!person.private || person.left_at !== null) return null;
  return (
    <span>
      {person.private.has_account ? (
        <Status tone="green" icon="checkCircle">
          {t('person.hasAccount')}
        </Status>
      ) : (
        <Status tone="gray" icon="clock">
          {t('person.noAccount')}
        </Status>
      )}
    </span>
  );
}

function PositionRow({ position, onEnd }: { position: PositionDetail; onEnd: (() => void) | null }) {
  const { t, language } = useTranslation('directory');
  const common = useTranslation();
  const role = common.t(`role.${position.role}`);
  const place = [position.organisation.name, position.department?.name].filter(Boolean).join(' · ');
  return (
    <li className="rows-item line-row">
      <span>
        {role}
        <span className="soft small line-second">
          {place} · {t('position.from', { day: formatDay(dayOfTime(position.valid_from), language) })}
          {position.valid_until &&
            ` · ${t('agreement.until', { day: formatDay(lastDayOf(position.valid_until), language) })}`}
        </span>
      </span>
      {onEnd && (
        <Button look="quiet" icon="ban" aria-label={`${t('position.end')} ${role} ${place}`} onClick={onEnd}>
          {t('position.end')}
        </Button>
      )}
    </li>
  );
}

function Facts({ person }: { person: PersonDetail }) {
  const { t, language } = useTranslation('directory');
  const own = person.private;
  const day = (time: string | null | undefined) => (time ? formatDay(dayOfTime(time), language) : null);
  const facts: [string, string | null | undefined][] = [
    [t('person.number'), own?.staff_number],
    [t('person.email'), own?.email],
    [t('person.specialty'), person.specialty],
    [t('person.licence'), own?.licence_number],
    [t('person.licenceFrom'), day(own?.licence_from)],
    [t('person.licenceUntil'), own?.licence_until && formatDay(lastDayOf(own.licence_until), language)],
    [t('person.since'), day(own?.practising_since)],
  ];
  return (
    <dl className="facts">
      {facts
        .filter(([, value]) => value)
        .map(([label, value]) => (
          <div className="facts-pair" key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      <div className="facts-pair">
        <dt>{t('person.phone')}</dt>
        <dd>
          {person.work_phone ? (
            <PhoneLink phone={person.work_phone} name={person.name} />
          ) : (
            t('person.noPhone')
          )}
        </dd>
      </div>
    </dl>
  );
}
