// An emergency patient nobody can name: one tap registers. The record is marked, and the time stands for the name.

import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { Patient, Sex } from '@/lib/contract';
import { toLocalInput } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { asProblem, type Problem } from '@/lib/problem';
import { patientQuery, registerPatient } from '@/lib/queries/patients';
import { uuidv7 } from '@/lib/uuid';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';

const SEXES: Sex[] = ['male', 'female', 'unknown'];

export function RegisterUnidentified({
  onDone,
  onCancel,
}: {
  onDone: (patient: Patient) => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation('patients');
  const common = useTranslation();
  const client = useQueryClient();
  // The id is made once: a second tap after a cut line is the same registration.
  const [id] = useState(() => uuidv7());
  const [time] = useState(() => toLocalInput(clock.now()).slice(5).replace('T', ' '));
  const [busy, setBusy] = useState<Sex | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);

  async function register(sex: Sex) {
    setBusy(sex);
    setProblem(null);
    try {
      const patient = await registerPatient({
        id,
        name: t('unidentified.name', { time }),
        sex,
        birth_date: null,
        identity: { kind: 'unidentified', value: null },
        phone: null,
        address: null,
      });
      client.setQueryData(patientQuery(patient.id).queryKey, patient);
      void client.invalidateQueries({ queryKey: ['patient', 'list'] });
      onDone(patient);
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(null);
    }
  }

  return (
    <div className="stack">
      <p className="soft">{t('unidentified.lead')}</p>
      <fieldset className="fieldset">
        <legend>{t('unidentified.sex')}</legend>
        <div className="row">
          {SEXES.map((sex) => (
            <Button key={sex} busy={busy === sex} disabled={busy !== null} onClick={() => void register(sex)}>
              {t(`unidentified.${sex as 'male' | 'female' | 'unknown'}`)}
            </Button>
          ))}
        </div>
      </fieldset>
      {problem && <ProblemBanner error={problem} />}
      <div className="form-actions">
        <Button onClick={onCancel}>{common.t('cancel')}</Button>
      </div>
    </div>
  );
}
