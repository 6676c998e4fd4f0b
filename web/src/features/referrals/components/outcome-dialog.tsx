import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Leg, OutcomeDisposition } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { organisationsQuery } from '@/lib/queries/directory';
import { legFollowUpsQuery, planFollowUp } from '@/lib/queries/follow-ups';
import { PlanFields, usePlan } from '@/parts/plan-follow-up';
import { Check, SelectField, TextArea } from '@/ui/field';
import { toast } from '@/ui/toast';
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

/** Who goes home has somebody there to look after them. */
const GO_HOME: ReadonlySet<string> = new Set(['stays', 'back_down', 'left_against_advice']);

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
  const [findings, setFindings] = useState(before?.findings ?? '');
  const [drugs, setDrugs] = useState(before?.drugs ?? '');
  const [warningSigns, setWarningSigns] = useState(before?.warning_signs ?? '');
  const [disposition, setDisposition] = useState<OutcomeDisposition | ''>(
    before?.disposition ?? (down ? 'back_down' : ''),
  );
  const [to, setTo] = useState('');
  const organisations = useQuery(organisationsQuery);
  const hosts = (organisations.data?.items ?? []).filter(
    (one) =>
      one.id !== leg.to?.id &&
      one.level !== 'village_clinic' &&
      // For an external hospital the sender refers on, and not to itself.
      !(leg.external && one.id === leg.from.id),
  );
  const followUps = useQuery({ ...legFollowUpsQuery(leg.id), enabled: mode !== 'amend' });
  const suggestion = GO_HOME.has(disposition) ? (followUps.data?.suggestion ?? null) : null;
  const next = usePlan(leg.id, suggestion);
  const [alsoSaid, setAlso] = useState<boolean | null>(null);
  const also = suggestion !== null && (alsoSaid ?? disposition === 'back_down');
  const client = useQueryClient();
  const followUp = useTranslation('followUp');
  const [tried, setTried] = useState(false);
  const wrong = { tone: 'wrong', text: common.t('required') } as const;

  function submit() {
    setTried(true);
    if (!diagnosis.text.trim() || !treatment.trim() || !disposition) return;
    if (disposition === 'onward' && !to) return;
    if (also && !(next.plan.task.trim() && next.plan.due_on)) return;
    onSend(
      {
        diagnosis: { ...diagnosis, text: diagnosis.text.trim() },
        treatment: treatment.trim(),
        plan: plan.trim(),
        findings: findings.trim(),
        drugs: drugs.trim(),
        warning_signs: warningSigns.trim(),
        patient_id: leg.patient.id,
        disposition,
        to_organisation_id: disposition === 'onward' ? to : null,
      },
      also ? () => void planned() : undefined,
    );
  }

  /** The outcome is what must not be lost; a plan that fails can be made again from the card. */
  async function planned() {
    try {
      await planFollowUp({ ...next.plan, task: next.plan.task.trim() });
    } catch {
      toast(followUp.t('plan.failed'));
    }
    void client.invalidateQueries({ queryKey: ['leg', 'list'] });
    void client.invalidateQueries({ queryKey: ['leg', 'one', leg.id, 'timeline'] });
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
        label={t('outcome.findings')}
        optional
        rows={3}
        maxLength={8000}
        value={findings}
        onChange={(event) => setFindings(event.target.value)}
      />
      <div className="form-grid">
        <TextArea
          label={t('outcome.drugs')}
          optional
          rows={3}
          maxLength={4000}
          value={drugs}
          onChange={(event) => setDrugs(event.target.value)}
        />
        <TextArea
          label={t('outcome.warning_signs')}
          optional
          rows={3}
          maxLength={4000}
          value={warningSigns}
          onChange={(event) => setWarningSigns(event.target.value)}
        />
      </div>
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
                ? { tone: 'plain', text: t(leg.external ? 'outcome.comesHomeHint' : 'outcome.backDownHint') }
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
      {suggestion && (
        <>
          <Check checked={also} onChange={(event) => setAlso(event.target.checked)}>
            {followUp.t('plan.also')} <span className="soft small">{followUp.t('plan.alsoHint')}</span>
          </Check>
          {also && (
            <PlanFields plan={next.plan} suggestion={suggestion} tried={tried} onChange={next.change} />
          )}
        </>
      )}
    </FormDialog>
  );
}

/** What was done so far: the interim notes, else what the sender had done. */
function courseOf(leg: Leg): string {
  const notes = leg.notes.filter((note) => !note.late).map((note) => note.text);
  return notes.join('\n') || leg.form.treatment;
}
