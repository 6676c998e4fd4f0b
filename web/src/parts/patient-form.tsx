// The fields of a patient, with the identity number checked while it is typed.

import { clock } from '@/lib/clock';
import type { IdentityKind, Sex } from '@/lib/contract';
import { dayOf, formatDay } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import type { FieldFault, PatientField, PatientFields } from '@/lib/patient-fields';
import { numberCheck, withNumber } from '@/lib/patient-fields';
import type { Problem } from '@/lib/problem';
import { useProblemText } from '@/ui/banner';
import { Choices, type Note, TextField } from '@/ui/field';

const KINDS: IdentityKind[] = ['resident_id', 'passport', 'newborn', 'unidentified'];
const SEXES: Sex[] = ['male', 'female', 'unknown'];

/** The server's names of fields that it refuses, as ours. */
const SERVER_FIELDS: Record<string, PatientField> = {
  name: 'name',
  sex: 'sex',
  birth_date: 'birthDate',
  identity: 'number',
  'identity.value': 'number',
  'identity.kind': 'number',
  phone: 'phone',
  address: 'address',
};

export function PatientFormFields({
  value,
  onChange,
  faults,
  problem,
  masked,
}: {
  value: PatientFields;
  onChange: (next: PatientFields) => void;
  /** What is wrong, once saving has been tried. */
  faults: Partial<Record<PatientField, FieldFault>>;
  problem: Problem | null;
  /** While editing: what is stored now. */
  masked?: { number: string | null; phone: string | null };
}) {
  const { t, language } = useTranslation('patients');
  const common = useTranslation('common');
  const problems = useTranslation('problems');
  const problemText = useProblemText();
  const today = dayOf(clock.now());
  const check = numberCheck(value, today);

  function note(field: PatientField): Note | null {
    const refused = problem?.field ? SERVER_FIELDS[problem.field] : undefined;
    const fault = faults[field];
    if (fault === 'required') return { tone: 'wrong', text: common.t('required') };
    if (fault === 'birthMismatch' && check.kind === 'right') {
      return { tone: 'wrong', text: t('birthMismatch', { date: formatDay(check.birthDate, language) }) };
    }
    if (fault === 'sexMismatch' && check.kind === 'right') {
      return { tone: 'wrong', text: t('sexMismatch', { sex: common.t(`sex.${check.sex}`) }) };
    }
    if (fault && problems.has(`patient/${fault}`))
      return { tone: 'wrong', text: problems.t(`patient/${fault}` as 'patient/phone-invalid') };
    if (problem && refused === field) return { tone: 'wrong', text: problemText(problem) };
    return null;
  }

  function numberNote(): Note | null {
    if (value.kind !== 'resident_id') return note('number');
    if (check.kind === 'wrong') return { tone: 'wrong', text: problems.t(`patient/${check.fault}`) };
    if (check.kind === 'right' && !note('number')) return { tone: 'right', text: t('identityRight') };
    if (check.kind === 'typing') {
      return faults.number
        ? note('number')
        : { tone: 'plain', text: t('identityRest', { count: check.rest }) };
    }
    if (masked?.number) return { tone: 'plain', text: t('identityMasked', { masked: masked.number }) };
    return note('number');
  }

  const set = (change: Partial<PatientFields>) => onChange({ ...value, ...change });
  const sexNote = note('sex');
  return (
    <div className="form-grid">
      <TextField
        label={t('name')}
        name="name"
        autoComplete="off"
        value={value.name}
        onChange={(event) => set({ name: event.target.value })}
        note={note('name')}
      />
      <TextField
        label={t('phone')}
        name="phone"
        type="tel"
        inputMode="tel"
        autoComplete="off"
        optional
        value={value.phone}
        onChange={(event) => set({ phone: event.target.value })}
        note={
          note('phone') ??
          (masked?.phone ? { tone: 'plain', text: t('phoneMasked', { masked: masked.phone }) } : null)
        }
      />
      <div className="form-wide">
        <Choices
          legend={t('identity')}
          value={value.kind}
          options={KINDS.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))}
          onChange={(kind) => set({ kind, number: '' })}
        />
        {(value.kind === 'newborn' || value.kind === 'unidentified') && (
          <p className="field-hint" style={{ marginTop: 8 }}>
            {t(`${value.kind}Hint`)}
          </p>
        )}
      </div>
      {value.kind === 'resident_id' && (
        <TextField
          wide
          label={t('identityNumber')}
          name="identity_number"
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          maxLength={24}
          className="input tabular identity-input"
          value={value.number}
          onChange={(event) => onChange(withNumber(value, event.target.value, today))}
          note={numberNote()}
        />
      )}
      {value.kind === 'passport' && (
        <TextField
          wide
          label={t('passportNumber')}
          name="passport_number"
          autoComplete="off"
          spellCheck={false}
          value={value.number}
          onChange={(event) => set({ number: event.target.value })}
          note={numberNote()}
        />
      )}
      <div>
        <Choices
          legend={t('sexLabel')}
          value={value.sex}
          options={SEXES.map((sex) => ({ value: sex, label: common.t(`sex.${sex}`) }))}
          onChange={(sex) => set({ sex })}
        />
        <span className="field-note field-note-wrong" role={sexNote ? 'alert' : undefined}>
          {sexNote?.text}
        </span>
      </div>
      <TextField
        label={t('birthDate')}
        name="birth_date"
        type="date"
        max={today}
        value={value.birthDate}
        onChange={(event) => set({ birthDate: event.target.value })}
        note={note('birthDate')}
      />
      <TextField
        wide
        label={t('address')}
        name="address"
        autoComplete="off"
        optional
        value={value.address}
        onChange={(event) => set({ address: event.target.value })}
        note={note('address')}
      />
    </div>
  );
}
