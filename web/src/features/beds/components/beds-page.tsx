// 床位: the beds of one's own organisation by department, each figure with its age and source, and what is held for whom.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { BedBoard, BedHold, BedRow } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { commandLeg } from '@/lib/queries/legs';
import { bedsQuery } from '@/lib/queries/routing';
import { useNow } from '@/lib/ticker';
import { useAge } from '@/parts/age-of-figure';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Icon } from '@/ui/icon';
import { Empty, Loaded } from '@/ui/states';
import { DeadlineClock } from '@/ui/status';
import { toast } from '@/ui/toast';
import { FigureForm } from './figure-form';
import { HistoryDialog } from './history-dialog';
import { ImportDialog } from './import-dialog';
import './beds.css';

export function BedsPage() {
  const { t } = useTranslation('beds');
  const query = useQuery(bedsQuery);
  const [importing, setImporting] = useState(false);
  return (
    <div className="page">
      <div className="page-head">
        <div className="stack-small">
          <h1>{t('title')}</h1>
          <p className="soft">{t('lead')}</p>
        </div>
        {query.data?.may_edit && (
          <Button icon="upload" onClick={() => setImporting(true)}>
            {t('import.open')}
          </Button>
        )}
      </div>
      <section className="card" aria-label={t('title')}>
        <Loaded query={query}>
          {(board) =>
            board.departments.length === 0 ? (
              <Empty icon="building" title={t('none')} />
            ) : (
              <BedTable board={board} />
            )
          }
        </Loaded>
      </section>
      {importing && <ImportDialog onClose={() => setImporting(false)} />}
    </div>
  );
}

const COLUMNS = [
  'department',
  'open',
  'occupied',
  'free',
  'expected',
  'held',
  'available',
  'figure',
] as const;

function BedTable({ board }: { board: BedBoard }) {
  const { t } = useTranslation('beds');
  const [editing, setEditing] = useState<string | null>(null);
  const [history, setHistory] = useState<BedRow | null>(null);
  return (
    <>
      <table className="beds">
        <thead>
          <tr>
            {COLUMNS.map((column) => (
              <th key={column} scope="col" className={`beds-${column}`}>
                {t(`column.${column}`)}
              </th>
            ))}
            <th scope="col" className="beds-actions">
              <span className="visually-hidden">{t('column.actions')}</span>
            </th>
          </tr>
        </thead>
        {board.departments.map((row) => (
          <tbody key={row.department.id}>
            {editing === row.department.id ? (
              <FigureForm row={row} onClose={() => setEditing(null)} />
            ) : (
              <FigureRow
                row={row}
                mayEdit={board.may_edit}
                onEdit={() => setEditing(row.department.id)}
                onHistory={() => setHistory(row)}
              />
            )}
            {row.holds.map((hold) => (
              <HoldRow key={hold.leg_id} hold={hold} mayEdit={board.may_edit} />
            ))}
          </tbody>
        ))}
        {board.other_holds.length > 0 && (
          <tbody>
            <tr>
              <th scope="rowgroup" colSpan={COLUMNS.length + 1} className="beds-department">
                {t('otherHolds')}
              </th>
            </tr>
            {board.other_holds.map((hold) => (
              <HoldRow key={hold.leg_id} hold={hold} mayEdit={board.may_edit} />
            ))}
          </tbody>
        )}
      </table>
      {history && <HistoryDialog row={history} onClose={() => setHistory(null)} />}
    </>
  );
}

function FigureRow({
  row,
  mayEdit,
  onEdit,
  onHistory,
}: {
  row: BedRow;
  mayEdit: boolean;
  onEdit: () => void;
  onHistory: () => void;
}) {
  const { t } = useTranslation('beds');
  const age = useAge();
  const now = useNow();
  const figure = row.figure;
  const cell = (column: 'open' | 'occupied' | 'free' | 'expected', value: number | null | undefined) => (
    <td className={`beds-${column} tabular`} data-label={t(`column.${column}`)}>
      {value ?? <span className="soft">{t('unknown')}</span>}
    </td>
  );
  return (
    <tr className={figure?.stale ? 'beds-stale' : undefined}>
      <th scope="row" className="beds-department">
        {row.department.name}
      </th>
      {cell('open', figure?.open)}
      {cell('occupied', figure?.occupied)}
      {cell('free', figure?.free)}
      {cell('expected', figure?.expected_free)}
      <td className="beds-held tabular" data-label={t('column.held')}>
        {row.holds.length}
      </td>
      <td className="beds-available tabular" data-label={t('column.available')}>
        {row.available === null ? (
          <span className="soft">{t('unknown')}</span>
        ) : (
          <strong>{row.available}</strong>
        )}
        {row.over_held > 0 && <span className="beds-over">{t('overHeld', { count: row.over_held })}</span>}
      </td>
      <td className="beds-figure" data-label={t('column.figure')}>
        {figure ? (
          <>
            <span className={figure.stale ? 'beds-age beds-age-stale' : 'beds-age'}>
              <Icon name={figure.stale ? 'alert' : 'clock'} size={15} /> {age(figure.at, now)}
              {figure.stale && ` · ${t('stale')}`}
            </span>
            <span className="soft small">
              {t(`source.${figure.source}`)}
              {figure.set_by && ` · ${figure.set_by.name}`}
            </span>
          </>
        ) : (
          <span className="soft">{t('neverSaid')}</span>
        )}
      </td>
      <td className="beds-actions">
        <span className="row">
          {mayEdit && (
            <Button
              look="quiet"
              icon="edit"
              aria-label={`${t('edit')} ${row.department.name}`}
              onClick={onEdit}
            >
              {t('edit')}
            </Button>
          )}
          {figure && (
            <Button
              look="quiet"
              icon="clock"
              aria-label={`${t('history.open')} ${row.department.name}`}
              onClick={onHistory}
            >
              {t('history.open')}
            </Button>
          )}
        </span>
      </td>
    </tr>
  );
}

function HoldRow({ hold, mayEdit }: { hold: BedHold; mayEdit: boolean }) {
  const { t, language } = useTranslation('beds');
  const client = useQueryClient();
  const release = useMutation({
    mutationFn: () => commandLeg(hold.leg_id, { command: 'release', version: hold.leg_version }),
    onSuccess: () => toast(t('released', { resource: hold.resource })),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: bedsQuery.queryKey });
      void client.invalidateQueries({ queryKey: ['leg'] });
    },
  });
  return (
    <tr className="beds-hold">
      <td colSpan={COLUMNS.length + 1}>
        <div className="beds-hold-line">
          <span>
            <Icon name="lock" size={15} /> {t(`kind.${hold.kind as 'bed' | 'bay'}`)}{' '}
            <strong>{hold.resource}</strong> · {hold.patient.name} ·{' '}
            <Link to="/referrals/$legId" params={{ legId: hold.leg_id }}>
              {hold.number}
            </Link>
          </span>
          {hold.hold_until && (
            <span className="beds-until">
              {t('until', { time: formatTime(hold.hold_until, language, clock.now()) })}{' '}
              <DeadlineClock due={hold.hold_until} />
            </span>
          )}
          {mayEdit && hold.may_release && (
            <Button
              busy={release.isPending}
              aria-label={`${t('release')} ${hold.resource} ${hold.patient.name}`}
              onClick={() => release.mutate()}
            >
              {t('release')}
            </Button>
          )}
        </div>
        {release.error && <ProblemBanner error={release.error} />}
      </td>
    </tr>
  );
}
