// The frame around every screen of somebody who is signed in: navigation, notices, language, the state of the
// connection, and the dialog of an expired session, under which the page keeps what was typed.

import { useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { whenSignedOut } from '@/lib/api';
import type { Me } from '@/lib/contract';
import { useLiveUpdates } from '@/lib/events/live';
import { setTimezone } from '@/lib/format';
import { loadAllTexts, useTranslation } from '@/lib/i18n';
import { asProblem } from '@/lib/problem';
import { MeProvider, mayBreakGlass, sessionQuery, signOut, useSession } from '@/lib/session';
import { anyUnsent } from '@/lib/unsent';
import { ProblemBanner } from '@/ui/banner';
import { Icon } from '@/ui/icon';
import { ConnectionBanner } from './connection-banner';
import { LanguageSwitch } from './language-switch';
import { BottomBar, NoticeBell, Sidebar } from './navigation';
import { tellSessionChanged, whenSessionChanged } from './session-sync';

const OwedPage = lazy(async () => {
  await loadAllTexts();
  return { default: (await import('@/features/account/components/owed-page')).OwedPage };
});

const expiredDialog = () => import('./expired-dialog');
const ExpiredDialog = lazy(() => expiredDialog().then((m) => ({ default: m.ExpiredDialog })));
/** It is fetched when the first screen stands, not when it is needed: the line may be gone by then. */
const EXPIRED_AFTER_MS = 5000;

const GlassWatch = lazy(() =>
  import('@/features/glass/components/glass-watch').then((m) => ({ default: m.GlassWatch })),
);

export function Shell() {
  const session = useSession();
  const { t } = useTranslation();

  if (session.data?.owed) return <Owing me={session.data} owed={session.data.owed} />;
  if (session.data) return <Signed me={session.data} />;
  if (session.error) {
    const problem = asProblem(session.error);
    if (problem.status === 401) return <ToSignIn />;
    return (
      <div className="page" style={{ maxWidth: 560, paddingTop: 80 }}>
        <ProblemBanner error={session.error} onRetry={() => session.refetch()} />
      </div>
    );
  }
  return (
    <div className="splash" role="status">
      <Icon name="pulse" size={40} />
      <span className="visually-hidden">{t('loading')}</span>
    </div>
  );
}

/** Once: while the sign-in page comes, this one still renders, and its address is that page's already. */
function ToSignIn() {
  const navigate = useNavigate();
  const location = useLocation();
  const [from] = useState(location);
  useEffect(() => {
    const search = from.pathname === '/' ? {} : { next: from.href };
    void navigate({ to: '/sign-in', search, replace: true });
  }, [from, navigate]);
  return null;
}

/** Nothing but what must be done first, and the way out: the server answers nothing else. */
function Owing({ me, owed }: { me: Me; owed: NonNullable<Me['owed']> }) {
  return (
    <MeProvider value={me}>
      <div className="shell">
        <div className="shell-main shell-alone">
          <TopBar me={me} bare />
          <Suspense fallback={null}>
            <OwedPage owed={owed} />
          </Suspense>
        </div>
      </div>
    </MeProvider>
  );
}

function Signed({ me }: { me: Me }) {
  setTimezone(me.alliance.timezone);
  useLiveUpdates();
  const [expired, setExpired] = useState(false);
  const client = useQueryClient();
  const { t } = useTranslation();

  useEffect(() => whenSignedOut(() => setExpired(true)), []);
  useEffect(() => {
    const timer = setTimeout(() => void expiredDialog().catch(() => undefined), EXPIRED_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  // What was written off the network goes out, whatever screen is open.
  useEffect(() => {
    if (!anyUnsent()) return;
    void import('@/features/messages/api/senders').then(
      (senders) => senders.resume(me.person.id),
      () => undefined,
    );
  }, [me.person.id]);
  // Another person in the same browser: nothing of the first one stays on screen.
  useEffect(
    () =>
      whenSessionChanged(() => {
        void client.fetchQuery({ ...sessionQuery, staleTime: 0 }).then(
          (now) => now.person.id === me.person.id || window.location.assign('/'),
          () => undefined,
        );
      }),
    [client, me.person.id],
  );

  return (
    <MeProvider value={me}>
      <a className="skip" href="#main">
        {t('skipToContent')}
      </a>
      <div className="shell">
        <Sidebar />
        <div className="shell-main">
          <TopBar me={me} />
          {(me.demo || me.second_factor_off) && (
            <aside className="demo-note" aria-label={t('demo')}>
              {me.demo && t('demoNote')} {me.second_factor_off && t('secondFactorOff')}
            </aside>
          )}
          <ConnectionBanner />
          {mayBreakGlass(me.position.role) && (
            <Suspense fallback={null}>
              <GlassWatch />
            </Suspense>
          )}
          <main id="main" tabIndex={-1}>
            <Outlet />
          </main>
        </div>
        <BottomBar />
      </div>
      {expired && (
        <Suspense fallback={null}>
          <ExpiredDialog me={me} onDone={() => setExpired(false)} />
        </Suspense>
      )}
    </MeProvider>
  );
}

function TopBar({ me, bare = false }: { me: Me; bare?: boolean }) {
  const { t } = useTranslation();
  return (
    <header className="topbar">
      <span className="topbar-brand">
        <Icon name="pulse" size={22} />
        <span className="topbar-alliance">{me.alliance.name}</span>
      </span>
      <div className="topbar-right">
        {!bare && <NoticeBell />}
        <span className="topbar-language">
          <LanguageSwitch />
        </span>
        <details className="who">
          <summary className="shell-action">
            <span className="visually-hidden">{t('account')}</span>
            <span className="who-face" aria-hidden="true">
              {me.person.name.slice(0, 1)}
            </span>
            <span className="who-name">
              {me.person.name}
              <span className="who-place">{me.position.organisation.name}</span>
            </span>
            <Icon name="chevronDown" size={16} />
          </summary>
          <WhoMenu me={me} bare={bare} />
        </details>
      </div>
    </header>
  );
}

function WhoMenu({ me, bare }: { me: Me; bare: boolean }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();

  async function leave() {
    try {
      await signOut();
    } finally {
      client.clear();
      tellSessionChanged();
      void navigate({ to: '/sign-in', search: {}, replace: true });
    }
  }
  return (
    <div className="who-menu">
      <p>
        <strong>{me.person.name}</strong>
        <br />
        <span className="soft small">
          {t(`role.${me.position.role}`)} · {me.position.organisation.name}
        </span>
      </p>
      <LanguageSwitch />
      {!bare && (
        <Link
          to="/account"
          className="shell-action"
          onClick={(event) => event.currentTarget.closest('details')?.removeAttribute('open')}
        >
          <Icon name="lock" /> {t('ownAccount')}
        </Link>
      )}
      <button type="button" className="shell-action" onClick={leave}>
        <Icon name="signOut" /> {t('signOut')}
      </button>
    </div>
  );
}
