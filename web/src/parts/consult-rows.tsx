// Consults as rows: who, what is asked, by when, read or not.

import { Link } from '@tanstack/react-router';
import { clock } from '@/lib/clock';
import type { ConsultRow } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { Unread } from '@/ui/unread';
import { ConsultKind, ConsultStatus, ConsultUrgencyMark } from './consult-status';
import { OwedLine } from './owed-line';
import { PatientLine } from './patient-line';

export function ConsultRows({ rows, ofOnePatient = false }: { rows: ConsultRow[]; ofOnePatient?: boolean }) {
  return (
    <ul className="rows">
      {rows.map((row) => (
        <li key={row.id}>
          <ConsultRowLink row={row} ofOnePatient={ofOnePatient} />
        </li>
      ))}
    </ul>
  );
}

function ConsultRowLink({ row, ofOnePatient }: { row: ConsultRow; ofOnePatient: boolean }) {
  const { t, language } = useTranslation('consults');
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
      <span className="item-text">{row.question || t('noQuestion')}</span>
      <span className="row item-marks">
        <ConsultUrgencyMark urgency={row.urgency} />
        <ConsultStatus state={row.state} />
        <ConsultKind type={row.type} />
        <span className="soft small">{row.invited.name}</span>
      </span>
      <OwedLine owed={row.owed} />
    </>
  );
  return row.state === 'draft' ? (
    <Link to="/consults/new" search={{ draft: row.id }} className="rows-link item">
      {inside}
    </Link>
  ) : (
    <Link to="/consults/$consultId" params={{ consultId: row.id }} className="rows-link item">
      {inside}
    </Link>
  );
}
