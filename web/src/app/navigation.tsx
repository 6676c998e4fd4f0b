// Where one can go, by what the role works on: one table, shown at the side of a desk and at the foot of a phone.

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from '@/lib/i18n';
import { noticesQuery } from '@/lib/queries/notices';
import { pendingCountsQuery } from '@/lib/queries/studies';
import { DESK, type Desk, mayAssignStudies, useMe } from '@/lib/session';
import { Icon, type IconName } from '@/ui/icon';

interface Place {
  to: '/' | '/patients' | '/consults' | '/referrals' | '/board' | '/notices' | '/worklist' | '/studies';
  icon: IconName;
  text: 'home' | 'patients' | 'consults' | 'referrals' | 'board' | 'notices' | 'worklist' | 'studies';
}

const STUDIES: Place = { to: '/studies', icon: 'image', text: 'studies' };

const PLACES: Record<Desk, Place[]> = {
  village: [
    { to: '/', icon: 'home', text: 'home' },
    { to: '/consults', icon: 'consult', text: 'consults' },
    { to: '/referrals', icon: 'referral', text: 'referrals' },
    { to: '/patients', icon: 'users', text: 'patients' },
  ],
  board: [
    { to: '/board', icon: 'board', text: 'board' },
    { to: '/referrals', icon: 'referral', text: 'referrals' },
    { to: '/patients', icon: 'users', text: 'patients' },
    { to: '/notices', icon: 'bell', text: 'notices' },
  ],
  worklist: [
    { to: '/worklist', icon: 'list', text: 'worklist' },
    { to: '/notices', icon: 'bell', text: 'notices' },
  ],
  office: [
    { to: '/', icon: 'home', text: 'home' },
    { to: '/notices', icon: 'bell', text: 'notices' },
  ],
};

function usePlaces(): Place[] {
  const { role } = useMe().position;
  const places = PLACES[DESK[role]];
  return mayAssignStudies(role) ? [...places, STUDIES] : places;
}

/** How many studies wait for somebody to say whose they are; asked of the server only where the place is offered. */
function PendingCount() {
  const { t } = useTranslation();
  const { data } = useQuery(pendingCountsQuery);
  const count = data ? data.unassigned + data.quarantined : 0;
  if (count === 0) return null;
  return (
    <span className="count place-count">
      <span aria-hidden="true">{count > 99 ? '99+' : count}</span>
      <span className="visually-hidden">{t('placeWaiting', { count })}</span>
    </span>
  );
}

function Places({ places }: { places: Place[] }) {
  const { t } = useTranslation();
  return places.map((place) => (
    <li key={place.to}>
      <Link
        to={place.to}
        className="place"
        activeOptions={{ exact: place.to === '/' }}
        activeProps={{ 'aria-current': 'page' }}
      >
        <Icon name={place.icon} size={20} />
        <span>{t(`place.${place.text}`)}</span>
        {place === STUDIES && <PendingCount />}
      </Link>
    </li>
  ));
}

export function Sidebar() {
  const { t } = useTranslation();
  return (
    <nav className="sidebar" aria-label={t('navigation')}>
      <div className="sidebar-brand">
        <Icon name="pulse" size={24} />
        <span>{t('productShort')}</span>
      </div>
      <ul>
        <Places places={usePlaces()} />
      </ul>
    </nav>
  );
}

export function BottomBar() {
  const { t } = useTranslation();
  return (
    <nav className="bottombar" aria-label={t('navigation')}>
      <ul>
        <Places places={usePlaces()} />
      </ul>
    </nav>
  );
}

export function NoticeBell() {
  const { t } = useTranslation();
  const { data } = useQuery(noticesQuery);
  const unread = data?.unread ?? 0;
  return (
    <Link to="/notices" className="shell-action bell" aria-label={t('noticesUnread', { count: unread })}>
      <Icon name="bell" size={20} />
      {unread > 0 && <span className="count bell-count">{unread > 99 ? '99+' : unread}</span>}
    </Link>
  );
}
