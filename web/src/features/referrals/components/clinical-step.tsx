import type { ReferralForm } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { TextArea, TextField } from '@/ui/field';
import './referrals.css';
import { type Missing, type ReferralDraft, UNITS, VITALS } from '../api/draft';
import { Questions } from './criteria';
import { MoreFields } from './more-fields';

interface Props {
  draft: ReferralDraft;
  onChange: (change: Partial<ReferralDraft>) => void;
  gaps: Missing[];
}

export function ClinicalStep(props: Props) {
  const { t } = useTranslation('referrals');
  return (
    <div className="card-body">
      {props.draft.urgency === 'emergency' && (
        <p className="soft" style={{ marginBottom: 12 }}>
          {t('emergencyLater')}
        </p>
      )}
      <ClinicalFields {...props} />
    </div>
  );
}

/** The fields alone, also for completing a record afterwards. */
export function ClinicalFields({ draft, onChange, gaps }: Props) {
  const { t } = useTranslation('referrals');
  const common = useTranslation();
  const { form } = draft;
  const set = (change: Partial<ReferralForm>) => onChange({ form: { ...form, ...change } });
  const required = (field: Missing) =>
    gaps.includes(field) ? ({ tone: 'wrong', text: common.t('required') } as const) : null;
  const late = draft.urgency === 'emergency';

  return (
    <>
      <TextArea
        label={t('form.complaint')}
        hint={t('form.complaintHint')}
        optional={late}
        rows={2}
        maxLength={1000}
        value={form.complaint}
        note={required('complaint')}
        onChange={(event) => set({ complaint: event.target.value })}
      />
      <fieldset className="fieldset">
        <legend>{t('form.vitals')}</legend>
        <div className="vitals">
          {VITALS.map((sign) => (
            <TextField
              key={sign}
              label={
                <>
                  {t(`vital.${sign}`)} <span className="field-optional">{UNITS[sign]}</span>
                </>
              }
              inputMode={sign === 'blood_pressure' ? 'text' : 'decimal'}
              autoComplete="off"
              maxLength={20}
              value={form.vitals[sign] ?? ''}
              onChange={(event) => set({ vitals: { ...form.vitals, [sign]: event.target.value } })}
            />
          ))}
        </div>
      </fieldset>
      <Questions
        draft={draft}
        onAnswer={(question, answer) => set({ answers: { ...form.answers, [question]: answer } })}
      />
      <TextField
        label={t('form.diagnosis')}
        optional={late}
        maxLength={500}
        value={form.diagnosis.text}
        note={required('diagnosis')}
        // Another text is another diagnosis: a code that came with the old one does not stay.
        onChange={(event) =>
          set({ diagnosis: { code: null, system: null, system_version: null, text: event.target.value } })
        }
      />
      <TextArea
        label={t('form.history')}
        optional
        rows={4}
        maxLength={8000}
        value={form.history}
        onChange={(event) => set({ history: event.target.value })}
      />
      <div className="form-grid">
        <TextArea
          label={t('form.past_history')}
          optional
          rows={3}
          maxLength={4000}
          value={form.past_history}
          onChange={(event) => set({ past_history: event.target.value })}
        />
        <TextArea
          label={t('form.allergies')}
          optional
          rows={3}
          maxLength={2000}
          value={form.allergies}
          onChange={(event) => set({ allergies: event.target.value })}
        />
        <TextArea
          label={t('form.examination')}
          optional
          rows={3}
          maxLength={4000}
          value={form.examination}
          onChange={(event) => set({ examination: event.target.value })}
        />
        <TextArea
          label={t('form.treatment')}
          optional
          rows={3}
          maxLength={4000}
          value={form.treatment}
          onChange={(event) => set({ treatment: event.target.value })}
        />
      </div>
      <TextArea
        label={t('form.purpose')}
        optional
        rows={2}
        maxLength={2000}
        value={form.purpose}
        onChange={(event) => set({ purpose: event.target.value })}
      />
      <MoreFields form={form} onChange={set} direction={draft.direction} />
    </>
  );
}
