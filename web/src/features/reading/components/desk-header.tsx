// Whose consult this is, what is asked and by when, and the commands that concern the consult as a whole.
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Consult } from '@/lib/contract';
import { formatDay } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { useConsultCommand } from '@/lib/queries/consults';
import { DESK, useMe } from '@/lib/session';
import { ConsultKind, ConsultStatus, ConsultUrgencyMark } from '@/parts/consult-status';
import { DeclineConsult } from '@/parts/decline-consult';
import { PatientLine } from '@/parts/patient-line';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Icon } from '@/ui/icon';
import { DeadlineClock } from '@/ui/status';
import { type WordsCommand, WordsDialog, wordsCommands } from './words-dialog';

export function DeskHeader({ consult }: { consult: Consult }) {
  const { t, language } = useTranslation('reading');
  const me = useMe();
  const command = useConsultCommand(consult.id);
  const [dialog, setDialog] = useState<WordsCommand | 'decline' | null>(null);
  const declining = useTranslation('consults');
  const navigate = useNavigate();
  const may = (name: string) => consult.allowed.includes(name);
  return (
    <header className="desk-header">
      <div className="desk-header-line">
        <BackLink desk={DESK[me.position.role]} consultId={consult.id} />
        <div className="desk-patient" data-testid="desk-patient">
          <PatientLine patient={consult.patient} />
          <small>{[formatDay(consult.patient.birth_date, language), consult.number].join(' · ')}</small>
        </div>
        <div className="desk-marks">
          <ConsultUrgencyMark urgency={consult.urgency} />
          <ConsultKind type={consult.type} />
          <ConsultStatus state={consult.state} />
          {consult.owed?.due_at && <DeadlineClock due={consult.owed.due_at} />}
        </div>
        <div className="desk-commands">
          {wordsCommands.filter(may).map((name) => (
            <Button key={name} look="quiet" data-testid={`desk-${name}`} onClick={() => setDialog(name)}>
              {t(`words.${name}.name`)}
            </Button>
          ))}
          {may('decline') && (
            <Button look="quiet" data-testid="desk-decline" onClick={() => setDialog('decline')}>
              {declining.t('decline.name')}
            </Button>
          )}
          {may('claim') && (
            <Button
              look="primary"
              icon="check"
              busy={command.isPending}
              data-testid="desk-claim"
              onClick={() => command.mutate({ command: 'claim', version: consult.version })}
            >
              {t('claim')}
            </Button>
          )}
        </div>
      </div>
      {command.error && (
        <div className="desk-problem">
          <ProblemBanner error={command.error} />
        </div>
      )}
      {!may('claim') && consult.assignee && consult.assignee.id !== me.person.id && (
        <p className="desk-taken" role="status">
          <Icon name="person" size={16} />
          {t('takenBy', { name: consult.assignee.name })}
        </p>
      )}
      {dialog === 'decline' && (
        <DeclineConsult
          consult={consult}
          onClose={() => setDialog(null)}
          onDone={() => void navigate({ to: '/worklist' })}
        />
      )}
      {dialog && dialog !== 'decline' && (
        <WordsDialog consult={consult} command={dialog} onClose={() => setDialog(null)} />
      )}
    </header>
  );
}

/** Specialists come from their list, everybody else from the consult. */
function BackLink({ desk, consultId }: { desk: string; consultId: string }) {
  const { t } = useTranslation('reading');
  const inside = (
    <>
      <Icon name="chevronLeft" size={22} />
      <span>{t('back')}</span>
    </>
  );
  if (desk === 'worklist') {
    return (
      <Link to="/worklist" className="desk-back">
        {inside}
      </Link>
    );
  }
  return (
    <Link to="/consults/$consultId" params={{ consultId }} className="desk-back">
      {inside}
    </Link>
  );
}
