import { useState } from 'react';
import { useTranslation } from '@/lib/i18n';
import { Choices } from '@/ui/field';
import { draftOf } from '../api/draft';
import { ClinicalFields } from './clinical-step';
import { FormDialog } from './form-dialog';
import type { CommandDialogProps } from './leg-commands';

/** What an emergency was sent without is filled in afterwards. */
export function CompleteDialog({ leg, busy, error, onClose, onSend }: CommandDialogProps) {
  const { t } = useTranslation('referrals');
  const [draft, setDraft] = useState(() => draftOf(leg));
  return (
    <FormDialog
      wide
      title={t('command.complete_record')}
      action={t('command.complete_record')}
      busy={busy}
      error={error}
      onClose={onClose}
      onSubmit={() => onSend({ form: draft.form, consent: draft.consent ? { kind: draft.consent } : null })}
    >
      <ClinicalFields draft={draft} gaps={[]} onChange={(change) => setDraft({ ...draft, ...change })} />
      <Choices
        legend={t('consentLabel')}
        value={draft.consent}
        onChange={(consent) => setDraft({ ...draft, consent })}
        options={(['written', 'emergency_pending'] as const).map((kind) => ({
          value: kind,
          label: t(`consent.${kind}`),
        }))}
      />
    </FormDialog>
  );
}
