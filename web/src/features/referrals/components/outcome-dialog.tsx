import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Leg, OutcomeDisposition } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { organisationsQuery } from '@/lib/queries/directory';
import { SelectField, TextArea } from '@/ui/field';
import { DiagnosisFields } from './diagnosis-fields';
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

/**
 * The note that answers the sender. "Back down" also drafts the way home, with what is written here filled in; begun as such, it
 * begins with what the record holds, so that nothing is typed twice.
 */
export function OutcomeDialog({
  leg,
  mode,
  busy,
  error,
  onClose,
  onSend,
}: CommandDialogProps & { mode: 'send' | 'amend' | 'back_down' }) {
  const { t } = useTranslation('referrals');
  const desk = useTranslation('desk');
  const common = useTranslation();
  const before = mode === 'amend' ? leg.outcome : null;
  const down = mode === 'back_down';
  const [diagnosis, setDiagnosis] = useState(before?.diagnosis ?? leg.form.diagnosis);
  const [treatment, setTreatment] = useState(before?.treatment ?? (down ? courseOf(leg) : ''));
  const [plan, setPlan] = useState(before?.plan ?? '');
  const [disposition, setDisposition] = useState<OutcomeDisposition | ''>(
    before?.disposition ?? (down ? 'back_down' : ''),
  );
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
      title={
        down ? desk.t('back.title') : t(mode === 'amend' ? 'command.amend_outcome' : 'command.send_outcome')
      }
      action={
        down ? desk.t('back.confirm') : t(mode === 'amend' ? 'command.amend_outcome' : 'outcome.action')
      }
      busy={busy}
      error={error}
      onClose={onClose}
      onSubmit={submit}
    >
      {down && <p className="soft">{desk.t('back.lead', { name: leg.from.name })}</p>}
      <DiagnosisFields
        label={t('outcome.diagnosis')}
        value={diagnosis}
        wrong={tried && !diagnosis.text.trim()}
        onChange={setDiagnosis}
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
      {!down && (
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
      )}
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

/** What was done so far: the interim notes, else what the sender had done. */
function courseOf(leg: Leg): string {
  const notes = leg.notes.filter((note) => !note.late).map((note) => note.text);
  return notes.join('\n') || leg.form.treatment;
}
