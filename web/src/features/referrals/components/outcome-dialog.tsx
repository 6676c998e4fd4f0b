import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { OutcomeDisposition } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { organisationsQuery } from '@/lib/queries/directory';
import { SelectField, TextArea, TextField } from '@/ui/field';
import { FormDialog } from './form-dialog';
import type { CommandDialogProps } from './leg-commands';

const DISPOSITIONS: OutcomeDisposition[] = [
  'stays',
  'back_down',
  'onward',
  'left_against_advice',
  'left_before_seen',
  'died',
];

/** The note that answers the sender. "Back down" also drafts the way home, with what is written here filled in. */
export function OutcomeDialog({
  leg,
  amending,
  busy,
  error,
  onClose,
  onSend,
}: CommandDialogProps & { amending: boolean }) {
  const { t } = useTranslation('referrals');
  const common = useTranslation();
  const before = amending ? leg.outcome : null;
  const [diagnosis, setDiagnosis] = useState(before?.diagnosis ?? leg.form.diagnosis);
  const [treatment, setTreatment] = useState(before?.treatment ?? '');
  const [plan, setPlan] = useState(before?.plan ?? '');
  const [disposition, setDisposition] = useState<OutcomeDisposition | ''>(before?.disposition ?? '');
  const [to, setTo] = useState('');
  const organisations = useQuery(organisationsQuery);
  const hosts = (organisations.data?.items ?? []).filter(
    (one) => one.id !== leg.to?.id && one.level !== 'village_clinic',
  );
  const [tried, setTried] = useState(false);
  const wrong = { tone: 'wrong', text: common.t('required') } as const;

  function submit() {
    setTried(true);
    if (!diagnosis.text.trim() || !treatment.trim() || !disposition) return;
    if (disposition === 'onward' && !to) return;
    onSend({
      diagnosis: { ...diagnosis, text: diagnosis.text.trim() },
      treatment: treatment.trim(),
      plan: plan.trim(),
      disposition,
      to_organisation_id: disposition === 'onward' ? to : null,
    });
  }
  return (
    <FormDialog
      wide
      title={t(amending ? 'command.amend_outcome' : 'command.send_outcome')}
      action={t(amending ? 'command.amend_outcome' : 'outcome.action')}
      busy={busy}
      error={error}
      onClose={onClose}
      onSubmit={submit}
    >
      <TextField
        label={t('outcome.diagnosis')}
        value={diagnosis.text}
        onChange={(event) =>
          setDiagnosis({ code: null, system: null, system_version: null, text: event.target.value })
        }
        note={tried && !diagnosis.text.trim() ? wrong : null}
      />
      <TextArea
        label={t('outcome.treatment')}
        rows={4}
        maxLength={8000}
        value={treatment}
        onChange={(event) => setTreatment(event.target.value)}
        note={tried && !treatment.trim() ? wrong : null}
      />
      <TextArea
        label={t('outcome.plan')}
        hint={t('outcome.planHint')}
        optional
        rows={3}
        maxLength={8000}
        value={plan}
        onChange={(event) => setPlan(event.target.value)}
      />
      <SelectField
        label={t('outcome.disposition')}
        value={disposition}
        onChange={(event) => setDisposition(event.target.value as OutcomeDisposition)}
        note={
          tried && !disposition
            ? wrong
            : disposition === 'back_down'
              ? { tone: 'plain', text: t('outcome.backDownHint') }
              : null
        }
      >
        <option value="">{t('choose')}</option>
        {DISPOSITIONS.map((one) => (
          <option key={one} value={one}>
            {t(`disposition.${one}`)}
          </option>
        ))}
      </SelectField>
      {disposition === 'onward' && (
        <SelectField
          label={t('toLabel')}
          value={to}
          onChange={(event) => setTo(event.target.value)}
          note={tried && !to ? wrong : null}
        >
          <option value="">{t('choose')}</option>
          {hosts.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </SelectField>
      )}
    </FormDialog>
  );
}
