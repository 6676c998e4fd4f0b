import { useState } from 'react';
import type { DeclineReason } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { SelectField, TextArea } from '@/ui/field';
import { FormDialog } from './form-dialog';
import type { RowDialogProps } from './leg-commands';

const REASONS: DeclineReason[] = [
  'no_bed',
  'no_capability',
  'not_indicated',
  'insufficient_information',
  'other_hospital_better',
  'patient_unfit_for_transfer',
  'other',
];

/** A refusal carries a coded reason and says what to do instead: nobody is declined to nowhere. */
export function DeclineDialog({ leg, busy, error, onClose, onSend }: RowDialogProps) {
  const { t } = useTranslation('referrals');
  const common = useTranslation();
  const [reason, setReason] = useState<DeclineReason | ''>('');
  const [suggestion, setSuggestion] = useState('');
  const [text, setText] = useState('');
  const [tried, setTried] = useState(false);
  const wrong = { tone: 'wrong', text: common.t('required') } as const;

  function submit() {
    setTried(true);
    if (reason && suggestion.trim()) {
      onSend({ reason_code: reason, suggestion: suggestion.trim(), text: text.trim() || null });
    }
  }
  return (
    <FormDialog
      danger
      title={`${t('command.decline')} · ${leg.patient.name}`}
      action={t('decline.action')}
      busy={busy}
      error={error}
      onClose={onClose}
      onSubmit={submit}
    >
      <SelectField
        label={t('decline.reason')}
        value={reason}
        onChange={(event) => setReason(event.target.value as DeclineReason)}
        note={tried && !reason ? wrong : null}
      >
        <option value="">{t('choose')}</option>
        {REASONS.map((code) => (
          <option key={code} value={code}>
            {t(`declineReason.${code}`)}
          </option>
        ))}
      </SelectField>
      <TextArea
        label={t('suggestionLabel')}
        hint={t('decline.suggestionHint')}
        rows={3}
        maxLength={2000}
        value={suggestion}
        onChange={(event) => setSuggestion(event.target.value)}
        note={tried && !suggestion.trim() ? wrong : null}
      />
      <TextArea
        label={t('decline.text')}
        optional
        rows={2}
        maxLength={2000}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </FormDialog>
  );
}
