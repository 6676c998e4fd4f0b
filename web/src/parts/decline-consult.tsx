// Declining a consult: a coded reason and a word to the requester, who must know what to do instead. For the desk and
// for the consult's own page.

import { useState } from 'react';
import type { Consult, ConsultDeclineReason } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { useConsultCommand } from '@/lib/queries/consults';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { Choices, TextArea } from '@/ui/field';
import { toast } from '@/ui/toast';
import { PatientLine } from './patient-line';

const REASONS: ConsultDeclineReason[] = [
  'insufficient_information',
  'no_capability',
  'not_indicated',
  'other_hospital_better',
  'other',
];

export function DeclineConsult({
  consult,
  onDone,
  onClose,
}: {
  consult: Consult;
  onDone: () => void;
  onClose: () => void;
}) {
  const { t } = useTranslation('consults');
  const common = useTranslation();
  const command = useConsultCommand(consult.id);
  const [reason, setReason] = useState<ConsultDeclineReason | null>(null);
  const [text, setText] = useState('');
  const [tried, setTried] = useState(false);
  const needsText = reason === 'other';
  const textMissing = needsText && !text.trim();

  function send() {
    setTried(true);
    if (!reason || textMissing) return;
    command.mutate(
      {
        command: 'decline',
        version: consult.version,
        body: { reason_code: reason, text: text.trim() || null },
      },
      {
        onSuccess: () => {
          toast(t('decline.done'));
          onDone();
        },
      },
    );
  }
  return (
    <Dialog
      title={t('decline.title')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{common.t('cancel')}</Button>
          <Button
            look="danger-solid"
            icon="ban"
            busy={command.isPending}
            data-testid="decline-send"
            onClick={send}
          >
            {t('decline.name')}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p className="soft">
          <PatientLine patient={consult.patient} /> · {consult.requester.organisation.name}
          <br />
          {t('decline.intro', { name: consult.requester.name })}
        </p>
        {command.error && <ProblemBanner error={command.error} />}
        <div>
          <Choices
            legend={t('decline.reason')}
            value={reason}
            onChange={setReason}
            options={REASONS.map((value) => ({ value, label: t(`declineReason.${value}`) }))}
          />
          <span className="field-note field-note-wrong" role={tried && !reason ? 'alert' : undefined}>
            {tried && !reason && common.t('required')}
          </span>
        </div>
        <TextArea
          label={t('decline.text')}
          hint={t('decline.textHint')}
          optional={!needsText}
          rows={3}
          maxLength={4000}
          value={text}
          onChange={(event) => setText(event.target.value)}
          note={tried && textMissing ? { tone: 'wrong', text: common.t('required') } : null}
        />
      </div>
    </Dialog>
  );
}
