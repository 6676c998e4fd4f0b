// Referrals as rows: who, from where to where, what is due, read or not.

import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { clock } from '@/lib/clock';
import type { LegRow } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { useMe } from '@/lib/session';
import { Unread } from '@/ui/unread';
import { DirectionMark, LegStatus, LegUrgencyMark } from './leg-status';
import { OwedLine } from './owed-line';
import { PatientLine } from './patient-line';

const ReceiptsLine = lazy(() => import('./receipts-line').then((m) => ({ default: m.ReceiptsLine })));
const UnreadMessages = lazy(() => import('./unread-messages').then((m) => ({ default: m.UnreadMessages })));

export function LegRows({ rows, ofOnePatient = false }: { rows: LegRow[]; ofOnePatient?: boolean }) {
  return (
    <ul className="rows">
      {rows.map((row) => (
        <li key={row.id}>
          <LegRowLink row={row} ofOnePatient={ofOnePatient} />
          {row.receipts && (
            <Suspense fallback={null}>
              <ReceiptsLine legId={row.id} counts={row.receipts} />
            </Suspense>
          )}
        </li>
      ))}
    </ul>
  );
}

function LegRowLink({ row, ofOnePatient }: { row: LegRow; ofOnePatient: boolean }) {
  const { t, language } = useTranslation('referrals');
  const mine = useMe().position.organisation.id;
  const sent = row.from.id === mine;
  const overseen = !sent && row.to !== null && row.to.id !== mine;
  const inside = (
    <>
      <span className="item-top">
        <span className="item-name">
          {row.unread && <Unread />}
          {ofOnePatient ? <strong>{row.number}</strong> : <PatientLine patient={row.patient} />}
        </span>
        <span className="item-time tabular">
          {formatTime(row.submitted_at ?? row.updated_at, language, clock.now())}
        </span>
      </span>
      <span className="item-text">{row.complaint || t('noComplaint')}</span>
      <span className="row item-marks">
        <LegUrgencyMark urgency={row.urgency} />
        <LegStatus state={row.state} />
        <Suspense fallback={null}>
          <UnreadMessages legId={row.id} />
        </Suspense>
        <span className="soft small row" style={{ gap: 6 }}>
          <DirectionMark direction={row.direction} /> {sent ? (row.to?.name ?? '—') : row.from.name}
          {overseen && ` → ${row.to?.name}`}
          {sent && row.to_department && ` · ${row.to_department.name}`}
        </span>
      </span>
      <OwedLine owed={row.owed} />
    </>
  );
  return row.state === 'draft' && sent ? (
    <Link to="/referrals/new" search={{ draft: row.id }} className="rows-link item">
      {inside}
    </Link>
  ) : (
    <Link to="/referrals/$legId" params={{ legId: row.id }} className="rows-link item">
      {inside}
    </Link>
  );
}
