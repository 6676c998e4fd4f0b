// 转诊看板: the live board of the desk and of receiving doctors. Rows in a settled order with running deadline clocks
// by the server's time; nothing moves while the pointer is on the table. Keys J K Enter A D.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Leg, LegRow } from '@/lib/contract';
import { useStreamState } from '@/lib/events/live';
import { useTranslation } from '@/lib/i18n';
import { useKeys, useKeysSetting } from '@/lib/keys';
import { legListQuery, legQuery, useLegCommand } from '@/lib/queries/legs';
import { useMe } from '@/lib/session';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Icon } from '@/ui/icon';
import { Empty } from '@/ui/states';
import { Tabs } from '@/ui/tabs';
import { toast } from '@/ui/toast';
import { arrange, type BoardFilter, countsOf, matches, mayDecide } from '../api/board';
import { AcceptDialog } from './accept-dialog';
import { BoardSkeleton, BoardTable } from './board-table';
import { DeclineDialog } from './decline-dialog';
import './board.css';

const FILTERS: BoardFilter[] = ['waiting', 'coming', 'here', 'done', 'all'];

export function BoardPage() {
  const { t } = useTranslation('referrals');
  const me = useMe();
  const navigate = useNavigate();
  const query = useQuery(legListQuery('incoming'));
  const live = useStreamState();
  const doctor = me.position.role === 'receiving_doctor';
  const [filter, setFilter] = useState<BoardFilter>(doctor ? 'mine' : 'waiting');
  const [frozen, setFrozen] = useState<readonly string[] | null>(null);
  const [selected, setSelected] = useState<string | null>(null);
  const [command, setCommand] = useState<{ name: 'accept' | 'decline'; row: LegRow } | null>(null);
  const [keys, setKeys] = useKeysSetting();

  const rows = query.data?.items ?? [];
  const counts = countsOf(rows, me.person.id);
  const filtered = rows.filter((row) => matches(row, filter, me.person.id));
  const { shown, waiting } = arrange(filtered, frozen);
  const at = shown.findIndex((row) => row.id === selected);
  const current = shown[at];

  const freeze = () => setFrozen((now) => now ?? shown.map((row) => row.id));
  function move(by: number) {
    const next = shown[Math.min(shown.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
    if (!next) return;
    setSelected(next.id);
    document.getElementById(`leg-${next.id}`)?.scrollIntoView({ block: 'nearest' });
  }
  const open = (row: LegRow) => void navigate({ to: '/referrals/$legId', params: { legId: row.id } });
  const give = (name: 'accept' | 'decline', row: LegRow | undefined) => {
    if (row && mayDecide(row, name)) setCommand({ name, row });
  };
  useKeys(keys && command === null, {
    j: () => move(1),
    k: () => move(-1),
    Enter: () => current && open(current),
    a: () => give('accept', current),
    d: () => give('decline', current),
  });

  function choose(next: BoardFilter) {
    setFilter(next);
    setFrozen(null);
    setSelected(null);
  }
  return (
    <div className="page page-wide">
      <div className="page-head">
        <div>
          <h1>{t('board.title')}</h1>
          <p className="soft">{me.position.organisation.name}</p>
        </div>
        <span className="row board-keys">
          <span className="soft small">
            {keys ? (
              <>
                <kbd>J</kbd> <kbd>K</kbd> {t('board.keyMove')} · <kbd>Enter</kbd> {t('board.keyOpen')} ·{' '}
                <kbd>A</kbd> {t('command.accept')} · <kbd>D</kbd> {t('command.decline')}
              </>
            ) : (
              t('board.keysOff')
            )}
          </span>
          <Button look="quiet" icon="keyboard" aria-pressed={keys} onClick={() => setKeys(!keys)}>
            {keys ? t('board.turnOff') : t('board.turnOn')}
          </Button>
        </span>
      </div>

      <div className="card">
        <Tabs
          label={t('board.title')}
          value={filter}
          onChange={choose}
          tabs={(doctor ? (['mine', ...FILTERS] as const) : FILTERS).map((value) => ({
            value,
            text: t(`board.filter.${value}`),
            count: counts[value],
            urgent: value === 'waiting' || value === 'mine',
          }))}
        />
        <div className="board-line small">
          <span className="soft">
            <Icon
              name={live === 'live' ? 'dot' : 'refresh'}
              size={16}
              className={live === 'live' ? 'live-dot' : ''}
            />{' '}
            {live === 'live' ? t('board.live') : t('board.notLive')}
          </span>
          <span aria-live="polite">
            {waiting > 0 && (
              <Button look="quiet" icon="arrowDown" onClick={() => setFrozen(null)}>
                {t('board.waiting', { count: waiting })}
              </Button>
            )}
          </span>
        </div>
        {query.error && query.data === undefined ? (
          <div className="card-body">
            <ProblemBanner error={query.error} onRetry={() => void query.refetch()} />
          </div>
        ) : query.data === undefined ? (
          <BoardSkeleton />
        ) : shown.length === 0 && waiting === 0 ? (
          <Empty icon="checkCircle" title={t(`board.none.${filter}`)} />
        ) : (
          <div onPointerEnter={freeze} onPointerLeave={() => setFrozen(null)}>
            <BoardTable
              rows={shown}
              selected={selected}
              onSelect={setSelected}
              onOpen={open}
              onAccept={(row) => give('accept', row)}
              onDecline={(row) => give('decline', row)}
            />
          </div>
        )}
      </div>
      {command && <BoardCommand key={command.row.id} {...command} onClose={() => setCommand(null)} />}
    </div>
  );
}

function BoardCommand({
  name,
  row,
  onClose,
}: {
  name: 'accept' | 'decline';
  row: LegRow;
  onClose: () => void;
}) {
  const { t } = useTranslation('referrals');
  const client = useQueryClient();
  const command = useLegCommand(row.id);
  const who = row.patient.name;

  function send(body: unknown) {
    const known = client.getQueryData<Leg>(legQuery(row.id).queryKey);
    const version = Math.max(row.version, known?.version ?? 0);
    command.mutate(
      { command: name, body, version },
      {
        onSuccess: () => {
          onClose();
          toast(`${who} · ${t(`done.${name}`)}`);
        },
      },
    );
  }
  const props = { busy: command.isPending, error: command.error, onClose, onSend: send };
  return name === 'accept' ? <AcceptDialog leg={row} {...props} /> : <DeclineDialog {...props} />;
}
