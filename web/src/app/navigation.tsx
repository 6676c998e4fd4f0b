// Where one can go, by what the role works on: one table, shown at the side of a desk and at the foot of a phone. The foot
// has room for five; what does not fit stands behind its last place.

import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from '@/lib/i18n';
import { noticesQuery } from '@/lib/queries/notices';
import { pendingCountsQuery } from '@/lib/queries/studies';
import { DESK, type Desk, mayAssignStudies, useMe } from '@/lib/session';
import { Icon, type IconName } from '@/ui/icon';
import { PlaceCount } from '@/ui/place-count';

interface Place {
  to:
    | '/'
    | '/patients'
    | '/consults'
    | '/referrals'
    | '/board'
    | '/notices'
    | '/todos'
    | '/webhooks'
    | '/deliveries'
    | '/worklist'
    | '/studies'
    | '/people'
    | '/follow-ups'
    | '/duties'
    | '/directory'
    | '/directory/import'
    | '/beds'
    | '/settings'
    | '/break-glass'
    | '/break-glass/new'
    | '/audit';
  icon: IconName;
  text:
    | 'home'
    | 'patients'
    | 'consults'
    | 'referrals'
    | 'board'
    | 'notices'
    | 'todos'
    | 'webhooks'
    | 'deliveries'
    | 'worklist'
    | 'studies'
    | 'people'
    | 'followUps'
    | 'directory'
    | 'import'
    | 'duties'
    | 'review'
    | 'audit'
    | 'beds'
    | 'settings'
    | 'emergency';
}

const TODOS: Place = { to: '/todos', icon: 'checkCircle', text: 'todos' };
const DELIVERIES: Place = { to: '/deliveries', icon: 'send', text: 'deliveries' };

const STUDIES: Place = { to: '/studies', icon: 'image', text: 'studies' };

/** Only one role needs it: it comes by itself. */
const ReviewCount = lazy(() =>
  import('@/features/glass/components/review-count').then((m) => ({ default: m.ReviewCount })),
);

const REVIEW: Place = { to: '/break-glass', icon: 'alert', text: 'review' };
/** For the doctor who has no page of patients to begin from. */
const EMERGENCY: Place = { to: '/break-glass/new', icon: 'alert', text: 'emergency' };

/** A township has beds to keep, too. */
const BEDS: Place = { to: '/beds', icon: 'building', text: 'beds' };

const PLACES: Record<Desk, Place[]> = {
  village: [
    { to: '/', icon: 'home', text: 'home' },
    { to: '/consults', icon: 'consult', text: 'consults' },
    { to: '/referrals', icon: 'referral', text: 'referrals' },
    { to: '/patients', icon: 'users', text: 'patients' },
    { to: '/follow-ups', icon: 'calendar', text: 'followUps' },
    TODOS,
  ],
  board: [
    { to: '/board', icon: 'board', text: 'board' },
    TODOS,
    { to: '/referrals', icon: 'referral', text: 'referrals' },
    { to: '/beds', icon: 'building', text: 'beds' },
    { to: '/patients', icon: 'users', text: 'patients' },
    { to: '/notices', icon: 'bell', text: 'notices' },
  ],
  worklist: [
    { to: '/worklist', icon: 'list', text: 'worklist' },
    TODOS,
    { to: '/notices', icon: 'bell', text: 'notices' },
  ],
  review: [
    REVIEW,
    { to: '/settings', icon: 'list', text: 'settings' },
    { to: '/notices', icon: 'bell', text: 'notices' },
    { to: '/webhooks', icon: 'globe', text: 'webhooks' },
    DELIVERIES,
  ],
  audit: [
    { to: '/audit', icon: 'search', text: 'audit' },
    { to: '/notices', icon: 'bell', text: 'notices' },
  ],
  office: [
    { to: '/', icon: 'home', text: 'home' },
    TODOS,
    { to: '/referrals', icon: 'referral', text: 'referrals' },
    { to: '/consults', icon: 'consult', text: 'consults' },
    { to: '/notices', icon: 'bell', text: 'notices' },
  ],
  administration: [
    { to: '/', icon: 'home', text: 'home' },
    { to: '/directory', icon: 'building', text: 'directory' },
    { to: '/directory/import', icon: 'upload', text: 'import' },
    { to: '/notices', icon: 'bell', text: 'notices' },
    DELIVERIES,
  ],
};

/** Places below which others stand. */
const EXACT = new Set<Place['to']>(['/', '/directory']);

/** Of everybody, whatever they work on. */
const PEOPLE: Place = { to: '/people', icon: 'phone', text: 'people' };
/** Of everybody who may be on a roster: whoever audits the others is on none. */
const DUTIES: Place = { to: '/duties', icon: 'calendar', text: 'duties' };

/** So many places are wide enough for a thumb at 360 px. */
const AT_THE_FOOT = 5;

function usePlaces(): Place[] {
  const { role } = useMe().position;
  const own = PLACES[DESK[role]];
  return [
    ...own,
    ...(mayAssignStudies(role) ? [STUDIES] : []),
    ...(role === 'specialist' ? [EMERGENCY] : []),
    ...(role === 'township_doctor' ? [BEDS] : []),
    PEOPLE,
    ...(role === 'auditor' ? [] : [DUTIES]),
  ];
}

/** How many studies wait for somebody to say whose they are; asked of the server only where the place is offered. */
function PendingCount() {
  const { data } = useQuery(pendingCountsQuery);
  return <PlaceCount count={data ? data.unassigned + data.quarantined : 0} />;
}

function Places({ places }: { places: Place[] }) {
  const { t } = useTranslation();
  return places.map((place) => (
    <li key={place.to}>
      <Link
        to={place.to}
        className="place"
        activeOptions={{ exact: EXACT.has(place.to) }}
        activeProps={{ 'aria-current': 'page' }}
      >
        <Icon name={place.icon} size={20} />
        <span>{t(`place.${place.text}`)}</span>
        {place === STUDIES && <PendingCount />}
        {place === REVIEW && (
          <Suspense fallback={null}>
            <ReviewCount />
          </Suspense>
        )}
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
  const places = usePlaces();
  const shown = places.length > AT_THE_FOOT ? AT_THE_FOOT - 1 : AT_THE_FOOT;
  return (
    <nav className="bottombar" aria-label={t('navigation')}>
      <ul>
        <Places places={places.slice(0, shown)} />
        {places.length > shown && <MorePlaces places={places.slice(shown)} />}
      </ul>
    </nav>
  );
}

/** Opens above the bar; closes when somebody has gone there, presses elsewhere, or Escape. */
function MorePlaces({ places }: { places: Place[] }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const [openAt, setOpenAt] = useState<string | null>(null);
  const isOpen = openAt === pathname;
  const isHere = places.some((place) => pathname.startsWith(place.to));
  const box = useRef<HTMLLIElement>(null);
  const id = useId();

  useEffect(() => {
    if (!isOpen) return;
    const elsewhere = (event: PointerEvent) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setOpenAt(null);
    };
    const byEscape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return;
      setOpenAt(null);
      box.current?.querySelector('button')?.focus();
    };
    document.addEventListener('pointerdown', elsewhere);
    document.addEventListener('keydown', byEscape);
    return () => {
      document.removeEventListener('pointerdown', elsewhere);
      document.removeEventListener('keydown', byEscape);
    };
  }, [isOpen]);

  return (
    <li ref={box}>
      <button
        type="button"
        className={isHere ? 'place place-here' : 'place'}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpenAt(isOpen ? null : pathname)}
      >
        <Icon name="more" size={20} />
        <span>{t('place.more')}</span>
        {!isOpen && places.includes(STUDIES) && <PendingCount />}
      </button>
      <ul id={id} className="more-places" hidden={!isOpen}>
        <Places places={places} />
      </ul>
    </li>
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
