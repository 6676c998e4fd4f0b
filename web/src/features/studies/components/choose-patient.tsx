// Looking for the patient of a study, beginning with the name in its images; registered on the spot if there is none.

import { useState } from 'react';
import type { Id, Study } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { PatientSearch } from '@/parts/patient-search';
import { RegisterPatient } from '@/parts/register-patient';
import { Button } from '@/ui/button';

export function ChoosePatient({ study, onPick }: { study: Study; onPick: (patient: Id) => void }) {
  const { t } = useTranslation('studies');
  const patients = useTranslation('patients');
  const [q, setQ] = useState(study.dicom_patient.name.trim());
  const [registering, setRegistering] = useState(false);
  const register = (
    <Button icon="plus" onClick={() => setRegistering(true)}>
      {patients.t('register')}
    </Button>
  );
  return (
    <section className="card" aria-labelledby="stray-choose">
      <div className="card-head">
        <h2 id="stray-choose">{registering ? patients.t('registerTitle') : t('assign.choose')}</h2>
        {!registering && register}
      </div>
      {registering ? (
        <div className="card-body">
          <RegisterPatient
            q={q}
            onCancel={() => setRegistering(false)}
            onDone={(registered) => onPick(registered.id)}
          />
        </div>
      ) : (
        <>
          <p className="card-body soft stray-hint">{t('assign.chooseHint')}</p>
          <PatientSearch
            q={q}
            onSearch={setQ}
            whenNone={null}
            wrap={(found, inside) => (
              <button type="button" className="rows-link item rows-button" onClick={() => onPick(found.id)}>
                {inside}
              </button>
            )}
          />
        </>
      )}
    </section>
  );
}
