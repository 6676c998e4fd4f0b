// Registering a patient: the form, its saving, and the way to the record that is there already.

import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { clock } from '@/lib/clock';
import type { Patient } from '@/lib/contract';
import { showFirstFault } from '@/lib/focus';
import { dayOf } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { faults, fieldsFromSearch, inputOf } from '@/lib/patient-fields';
import { asProblem, type Problem } from '@/lib/problem';
import { patientQuery, registerPatient } from '@/lib/queries/patients';
import { uuidv7 } from '@/lib/uuid';
import { Banner, ProblemBanner, useProblemText } from '@/ui/banner';
import { Button } from '@/ui/button';
import { toast } from '@/ui/toast';
import { PatientFormFields } from './patient-form';

export function RegisterPatient({
  q,
  onDone,
  onCancel,
}: {
  /** What was searched for in vain. */
  q: string;
  onDone: (patient: Patient) => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation('patients');
  const common = useTranslation();
  const problemText = useProblemText();
  const client = useQueryClient();
  // The id is made once: a second press after a cut line is the same registration.
  const [id] = useState(() => uuidv7());
  const [fields, setFields] = useState(() => fieldsFromSearch(q));
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const wrong = faults(fields, dayOf(clock.now()), null);
  const isKnown = problem?.code === 'patient.already-registered';
  const existing = isKnown ? problem.body.patient_id : undefined;

  async function openExisting(patientId: string) {
    try {
      onDone(await client.fetchQuery(patientQuery(patientId)));
    } catch (error) {
      setProblem(asProblem(error));
    }
  }

  async function save(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (Object.keys(wrong).length > 0) return showFirstFault();
    setBusy(true);
    setProblem(null);
    try {
      const patient = await registerPatient(inputOf(id, fields));
      client.setQueryData(patientQuery(patient.id).queryKey, patient);
      void client.invalidateQueries({ queryKey: ['patient', 'list'] });
      toast(t('registered', { name: patient.name }));
      onDone(patient);
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form onSubmit={save} noValidate className="stack">
      <PatientFormFields
        value={fields}
        onChange={(next) => {
          setFields(next);
          setProblem(null);
        }}
        faults={tried ? wrong : {}}
        problem={problem}
      />
      {typeof existing === 'string' ? (
        <Banner
          tone="blue"
          action={
            <Button look="primary" onClick={() => void openExisting(existing)}>
              {t('openExisting')}
            </Button>
          }
        >
          {problemText(problem)}
        </Banner>
      ) : isKnown ? (
        <Banner tone="amber">{t('knownElsewhere')}</Banner>
      ) : (
        problem && !problem.field && <ProblemBanner error={problem} />
      )}
      <div className="form-actions">
        <Button onClick={onCancel}>{common.t('cancel')}</Button>
        <Button type="submit" look="primary" busy={busy}>
          {t('save')}
        </Button>
      </div>
    </form>
  );
}
