import { useState } from 'react';
import type { Diagnosis } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { SelectField, TextField } from '@/ui/field';

/** The families of codes in use: clinical and insurance editions name the same disease by different codes. */
const SYSTEMS = {
  clinical: { system: 'ICD-10-CN-clinical', version: '2.0' },
  insurance: { system: 'ICD-10-CN-insurance', version: '2.0' },
  who: { system: 'ICD-10', version: '2019' },
} as const;
type System = keyof typeof SYSTEMS;

function systemOf({ code, system }: Diagnosis): System {
  const known = (Object.keys(SYSTEMS) as System[]).find((one) => SYSTEMS[one].system === system);
  return known ?? (code === null ? 'clinical' : 'who');
}

/** A diagnosis in words, and by a code with its system and version where there is one. */
export function DiagnosisFields({
  label,
  value,
  wrong,
  onChange,
}: {
  label: string;
  value: Diagnosis;
  wrong: boolean;
  onChange: (value: Diagnosis) => void;
}) {
  const { t } = useTranslation('referrals');
  const common = useTranslation();
  // Chosen before the code is typed, it is kept here.
  const [system, setSystem] = useState<System>(() => systemOf(value));
  const coded = (code: string, by: System): Diagnosis => ({
    ...value,
    code: code.trim() || null,
    system: code.trim() ? SYSTEMS[by].system : null,
    system_version: code.trim() ? SYSTEMS[by].version : null,
  });
  return (
    <>
      <TextField
        label={label}
        value={value.text}
        maxLength={500}
        // Another text is another diagnosis: a code that came with the old one does not stay.
        onChange={(event) =>
          onChange({ code: null, system: null, system_version: null, text: event.target.value })
        }
        note={wrong ? { tone: 'wrong', text: common.t('required') } : null}
      />
      <div className="form-grid">
        <TextField
          label={t('coding.code')}
          optional
          value={value.code ?? ''}
          maxLength={40}
          autoComplete="off"
          onChange={(event) => onChange(coded(event.target.value, system))}
        />
        <SelectField
          label={t('coding.system')}
          value={system}
          onChange={(event) => {
            const next = event.target.value as System;
            setSystem(next);
            onChange(coded(value.code ?? '', next));
          }}
        >
          {(Object.keys(SYSTEMS) as System[]).map((one) => (
            <option key={one} value={one}>
              {t(`coding.systems.${one}`)}
            </option>
          ))}
        </SelectField>
      </div>
    </>
  );
}
