// 转诊看板: the live board of the desk and of receiving doctors, open all day. Rows in a settled order with running deadline
// clocks by the server's time; nothing moves while the pointer moves on the table. Every command of the desk by one key.

import { useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { BoardFilter, LegRow } from '@/lib/contract';
import { useStreamState } from '@/lib/events/live';
import { useTranslation } from '@/lib/i18n';
import { useKeys, useKeysSetting } from '@/lib/keys';
import { EVERYTHING } from '@/lib/queries/board';
import { useMe } from '@/lib/session';
import { ProblemBanner } from '@/ui/banner';
import { Button, ButtonLink } from '@/ui/button';
import { DeskIcon } from '@/ui/desk-icon';
import { Icon } from '@/ui/icon';
import { Empty } from '@/ui/states';
import { Tabs } from '@/ui/tabs';
import { arrange, type DeskCommand, type Group, narrows, offers } from '../api/board';
import { BoardFilters } from './board-filters';
import { KeysDialog, MoreDialog } from './board-help';
import { BoardSkeleton, BoardTable, type RowActs } from './board-table';
import { BoardViews } from './board-views';
import { DeskCommandDialog, type Given } from './desk-command';
import { SoundControl } from './sound-control';
import { useBoard } from './use-board';
import './board.css';

/** So long a hand rests before it presses. */
const REST_MS = 4000;

const GROUPS: Group[] = ['waiting', 'coming', 'here', 'open', 'done'];

export function BoardPage() {
  const { t } = useTranslation('referrals');
  const desk = useTranslation('desk');
  const me = useMe();
  const navigate = useNavigate();
  const live = useStreamState();
  const isDesk = me.position.role === 'referral_desk';
  const plain: BoardFilter = { ...EVERYTHING, group: isDesk ? 'waiting' : 'open', mine: !isDesk };
  const [filter, setFilter] = useState(plain);
  const board = useBoard(filter, me.person.id);
  const [frozen, setFrozen] = useState<readonly string[] | null>(null);
  const [selected, setSelected] = useState<string | null>(null);
  const [sought, setSought] = useState<{ id: string } | null>(null);
  const [given, setGiven] = useState<Given | null>(null);
  const [asked, setAsked] = useState<'keys' | 'filters' | null>(null);
  const [more, setMore] = useState<LegRow | null>(null);
  const [keys, setKeys] = useKeysSetting();
  const search = useRef<HTMLInputElement>(null);

  const { shown, waiting } = arrange(board.rows, frozen);
  const at = shown.findIndex((row) => row.id === selected);
  const current = shown[at];

  const still = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(still.current), []);
  /** While the pointer moves on the rows nothing moves under it; a mouse that only lies there holds nothing up. */
  function freeze() {
    setFrozen((now) => now ?? shown.map((row) => row.id));
    clearTimeout(still.current);
    still.current = setTimeout(() => setFrozen(null), REST_MS);
  }
  function move(by: number) {
    const next = shown[Math.min(shown.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
    if (!next) return;
    setSelected(next.id);
    setSought({ id: next.id });
  }
  const open = (row: LegRow) => void navigate({ to: '/referrals/$legId', params: { legId: row.id } });
  const give = (name: DeskCommand, row: LegRow | undefined) => {
    if (row && offers(row, name, isDesk)) setGiven({ name, row });
  };
  const acts = useSteady({
    select: setSelected,
    open,
    give: (name, row) => {
      setSelected(row.id);
      give(name, row);
    },
    more: setMore,
  });
  useKeys(keys && given === null && more === null && asked !== 'keys', {
    j: () => move(1),
    k: () => move(-1),
    Enter: () => current && open(current),
    a: () => give('accept', current),
    d: () => give('decline', current),
    r: () => give('redirect', current),
    u: () => give('ask', current),
    x: () => give('reserve', current),
    '/': () => search.current?.focus(),
    '?': () => setAsked('keys'),
  });

  function narrow(change: Partial<BoardFilter>) {
    setFilter((now) => ({ ...now, ...change }));
    setFrozen(null);
  }
  return (
    <div className="page page-wide">
      <div className="page-head">
        <div>
          <h1>{t('board.title')}</h1>
          <p className="soft">{me.position.organisation.name}</p>
        </div>
        <span className="row board-head">
          <SoundControl ringing={board.ringing} />
          <ButtonLink to="/arrivals" search={{}}>
            <DeskIcon name="qr" size={18} /> {desk.t('arrivals.title')}
          </ButtonLink>
          <ButtonLink to="/print/board" icon="print" className="board-wide">
            {desk.t('print.shift')}
          </ButtonLink>
          <Button look="quiet" icon="keyboard" className="board-wide" onClick={() => setAsked('keys')}>
            {desk.t('keys.title')}
          </Button>
        </span>
      </div>

      <div className="card">
        <Tabs
          label={t('board.title')}
          value={filter.group}
          onChange={(group) => {
            narrow({ group });
            setSelected(null);
          }}
          tabs={GROUPS.map((value) => ({
            value,
            text: t(`board.filter.${value}`),
            count: value === 'done' ? undefined : board.counts[value],
            urgent: value === 'waiting',
          }))}
        />
        <div className={asked === 'filters' ? 'board-tools board-tools-open' : 'board-tools'}>
          <Button
            className="filters-fold"
            icon="search"
            aria-expanded={asked === 'filters'}
            onClick={() => setAsked(asked === 'filters' ? null : 'filters')}
          >
            {desk.t('filter.title')}
            {narrows(filter) && <span className="count">•</span>}
          </Button>
          <BoardFilters filter={filter} search={search} onChange={narrow} />
          <BoardViews
            filter={filter}
            plain={plain}
            onChoose={(next) => {
              setFilter(next);
              setFrozen(null);
              setSelected(null);
            }}
          />
        </div>
        <div className="board-line small">
          <span className="soft">
            <Icon
              name={live === 'live' ? 'dot' : 'refresh'}
              size={16}
              className={live === 'live' ? 'live-dot' : ''}
            />{' '}
            {live === 'live' ? t('board.live') : t('board.notLive')}
            {board.isThere && ` · ${desk.t('filter.shown', { count: shown.length })}`}
          </span>
          <span aria-live="polite">
            {waiting > 0 && (
              <Button look="quiet" icon="arrowDown" onClick={() => setFrozen(null)}>
                {t('board.waiting', { count: waiting })}
              </Button>
            )}
          </span>
        </div>
        {board.error && !board.isThere ? (
          <div className="card-body">
            <ProblemBanner error={board.error} onRetry={board.retry} />
          </div>
        ) : !board.isThere ? (
          <BoardSkeleton />
        ) : shown.length === 0 && waiting === 0 ? (
          <Empty
            icon="checkCircle"
            title={narrows(filter) ? desk.t('filter.none') : t(`board.none.${filter.group}`)}
          >
            {narrows(filter) && <Button onClick={() => setFilter(plain)}>{desk.t('view.clear')}</Button>}
          </Empty>
        ) : (
          <div onPointerMove={freeze} onPointerLeave={() => setFrozen(null)}>
            <BoardTable rows={shown} selected={selected} sought={sought} isDesk={isDesk} acts={acts} />
          </div>
        )}
        {board.hasMore && (
          <div className="board-more">
            <span className="soft small">{desk.t('filter.first', { count: board.loaded })}</span>
            <Button busy={board.isLoadingMore} onClick={board.loadMore}>
              {desk.t('filter.loadMore')}
            </Button>
          </div>
        )}
      </div>
      {given && (
        <DeskCommandDialog
          key={`${given.name} ${given.row.id}`}
          {...given}
          row={board.rows.find((row) => row.id === given.row.id) ?? given.row}
          onClose={() => setGiven(null)}
        />
      )}
      {more && (
        <MoreDialog
          row={more}
          isDesk={isDesk}
          onClose={() => setMore(null)}
          onGive={(name) => {
            setMore(null);
            give(name, more);
          }}
        />
      )}
      {asked === 'keys' && <KeysDialog on={keys} onSwitch={setKeys} onClose={() => setAsked(null)} />}
    </div>
  );
}

/** The same functions for the rows for ever, which call the newest ones. */
function useSteady(acts: RowActs): RowActs {
  const newest = useRef(acts);
  useEffect(() => {
    newest.current = acts;
  });
  return useMemo(
    () => ({
      select: (id) => newest.current.select(id),
      open: (row) => newest.current.open(row),
      give: (name, row) => newest.current.give(name, row),
      more: (row) => newest.current.more(row),
    }),
    [],
  );
}
