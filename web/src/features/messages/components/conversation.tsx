// The conversation of a subject: on a desk a card of the page, on a phone a screen of its own above it, whose foot stays
// above the keyboard. What somebody has on the screen counts as read (`reading.ts`).

import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useLocation, useNavigate } from '@tanstack/react-router';
import { useEffect, useLayoutEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { clock } from '@/lib/clock';
import type { Id, Thread, TimelineEntry } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { messagesQuery, threadQuery } from '@/lib/queries/threads';
import { useMe } from '@/lib/session';
import { uuidv7 } from '@/lib/uuid';
import { useEventWords } from '@/parts/event-words';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Icon } from '@/ui/icon';
import { Loaded } from '@/ui/states';
import { merged } from '../api/merge';
import type { Sender } from '../api/sender';
import { senderOf } from '../api/senders';
import { Bubble } from './bubble';
import { Composer } from './composer';
import './messages.css';
import { useReading } from './reading';
import { UnsentBubble } from './unsent';

/** Where a notice of a message leads. */
const TALK = 'talk';
const PHONE = '(max-width: 719px)';

export function Conversation({ threadId, entries }: { threadId: Id; entries: TimelineEntry[] }) {
  const { t } = useTranslation('messages');
  const phone = useMedia(PHONE);
  const navigate = useNavigate();
  const open = useLocation({ select: (location) => location.hash === TALK });
  const card = useRef<HTMLElement>(null);
  const thread = useQuery(threadQuery(threadId));
  useEffect(() => {
    if (open && !phone) card.current?.scrollIntoView({ block: 'start' });
  }, [open, phone]);

  const unread = thread.data?.unread ?? 0;
  const body = <Talk threadId={threadId} entries={entries} thread={thread.data} />;
  const show = (shown: boolean) => void navigate({ to: '.', hash: shown ? TALK : '', replace: !shown });
  return (
    <section className="card talk-card" ref={card} aria-labelledby={`talk-${threadId}`}>
      <div className="card-head">
        <h2 id={`talk-${threadId}`}>
          {t('title')} {unread > 0 && <span className="count">{unread}</span>}
        </h2>
        {thread.data && <Members thread={thread.data} />}
      </div>
      {phone ? (
        <div className="card-body">
          <Button look="primary" icon="consult" block onClick={() => show(true)}>
            {unread > 0 ? t('openUnread', { count: unread }) : t('open')}
          </Button>
          {open && (
            <Screen onClose={() => show(false)} title={t('title')}>
              {body}
            </Screen>
          )}
        </div>
      ) : (
        <div className="talk-desk">{body}</div>
      )}
    </section>
  );
}

/** A phone's whole screen, as high as what the keyboard leaves of it. */
function Screen({
  title,
  onClose,
  children,
}: {
  title: string;
  onClose: () => void;
  children: React.ReactNode;
}) {
  const { t } = useTranslation('messages');
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const view = window.visualViewport;
    const resize = () => {
      if (!box.current || !view) return;
      box.current.style.height = `${view.height}px`;
      box.current.style.top = `${view.offsetTop}px`;
    };
    resize();
    view?.addEventListener('resize', resize);
    view?.addEventListener('scroll', resize);
    document.body.style.overflow = 'hidden';
    box.current?.focus();
    return () => {
      view?.removeEventListener('resize', resize);
      view?.removeEventListener('scroll', resize);
      document.body.style.overflow = '';
    };
  }, []);
  return (
    <div className="talk-screen" ref={box} role="dialog" aria-modal="true" aria-label={title} tabIndex={-1}>
      <div className="talk-screen-head">
        <Button look="quiet" icon="chevronLeft" onClick={onClose}>
          {t('back')}
        </Button>
        <strong>{title}</strong>
      </div>
      {children}
    </div>
  );
}

function Members({ thread }: { thread: Thread }) {
  const { t } = useTranslation('messages');
  return (
    <details className="talk-members small">
      <summary>{t('members', { count: thread.members.length })}</summary>
      <ul>
        {thread.members.map((member) => (
          <li key={member.id}>
            {member.name} <span className="soft">{member.organisation.name}</span>
          </li>
        ))}
        {thread.previous_id && (
          <li>
            <Link to="/referrals/$legId" params={{ legId: thread.previous_id }} hash={TALK}>
              {t('previous')}
            </Link>
          </li>
        )}
      </ul>
    </details>
  );
}

function Talk({
  threadId,
  entries,
  thread,
}: {
  threadId: Id;
  entries: TimelineEntry[];
  thread: Thread | undefined;
}) {
  const { t, language } = useTranslation('messages');
  const words = useEventWords();
  const me = useMe();
  const query = useInfiniteQuery(messagesQuery(threadId));
  const sender = useSender(threadId);
  const pending = useSyncExternalStore(sender.subscribe, sender.snapshot);
  const messages = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const lines = merged(messages, entries, query.data !== undefined && !query.hasNextPage);
  const people = query.data?.pages[0]?.people ?? [];
  const list = useRef<HTMLDivElement>(null);
  const newest = messages[0]?.ordinal ?? 0;
  const foot = useRef<HTMLLIElement>(null);
  useReading(threadId, foot, newest, thread?.unread ?? 0);
  const state = pending.map((one) => one.state).join();
  useFoot(list, `${newest} ${entries.length} ${state}`, pending.length);

  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard */}
      <div className="talk-list" ref={list} tabIndex={0} role="log" aria-label={t('title')}>
        <Loaded query={query}>
          {() => (
            <>
              {query.hasNextPage && (
                <Button look="quiet" busy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
                  {t('older')}
                </Button>
              )}
              {messages.length === 0 && pending.length === 0 && (
                <p className="talk-empty soft small">{t('empty')}</p>
              )}
              <ol className="talk">
                {lines.map((line) =>
                  line.kind === 'message' ? (
                    <Bubble
                      key={line.message.id}
                      thread={threadId}
                      message={line.message}
                      people={people}
                      mine={line.message.author.id === me.person.id}
                    />
                  ) : (
                    <li key={line.entry.id} className="talk-event small soft">
                      <Icon name="dot" size={14} /> {line.entry.actor?.name} {words(line.entry)}{' '}
                      <time dateTime={line.entry.recorded_at} className="tabular">
                        {formatTime(line.entry.recorded_at, language, clock.now())}
                      </time>
                    </li>
                  ),
                )}
                <li className="talk-newest" ref={foot} aria-hidden="true" />
                {pending.map((one) => (
                  <UnsentBubble key={one.unsent.id} pending={one} sender={sender} />
                ))}
              </ol>
              {query.error && <ProblemBanner error={query.error} onRetry={() => query.refetch()} />}
            </>
          )}
        </Loaded>
      </div>
      <Composer
        person={me.person.id}
        thread={threadId}
        onSend={(text, files) => sender.add(uuidv7(), text, files, clock.now())}
      />
    </>
  );
}

/** What it has sent is shown at once. */
function useSender(threadId: Id): Sender {
  const me = useMe();
  const client = useQueryClient();
  const sender = senderOf(me.person.id, threadId);
  useEffect(
    () =>
      sender.whenSent((message) => {
        client.setQueryData(messagesQuery(threadId).queryKey, (data) => {
          const [first, ...rest] = data?.pages ?? [];
          if (!data || !first || first.items.some((one) => one.id === message.id)) return data;
          return { ...data, pages: [{ ...first, items: [message, ...first.items] }, ...rest] };
        });
        void client.invalidateQueries({ queryKey: threadQuery(threadId).queryKey });
      }),
    [sender, client, threadId],
  );
  return sender;
}

/** New lines are shown at once to whoever stands at the foot; who reads further up is not moved. */
function useFoot(list: React.RefObject<HTMLDivElement | null>, changed: string, written: number): void {
  const atFoot = useRef(true);
  const before = useRef(written);
  useEffect(() => {
    const element = list.current;
    if (!element) return;
    const look = () => {
      atFoot.current = element.scrollHeight - element.scrollTop - element.clientHeight < 80;
    };
    element.addEventListener('scroll', look);
    // Photographs grow when they come.
    const grown = () => atFoot.current && element.scrollTo({ top: element.scrollHeight });
    element.addEventListener('load', grown, true);
    return () => {
      element.removeEventListener('scroll', look);
      element.removeEventListener('load', grown, true);
    };
  }, [list]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what changed is why it scrolls
  useLayoutEffect(() => {
    // Who writes goes to the foot.
    if (written > before.current) atFoot.current = true;
    before.current = written;
    if (atFoot.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [list, changed, written]);
}

function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = window.matchMedia(query);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    () => window.matchMedia(query).matches,
  );
}
