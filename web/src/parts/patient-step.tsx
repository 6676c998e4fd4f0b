// The first step of every request: whom it is about. Found by search, or registered on the spot.

import { useState } from 'react';
import type { PatientRef } from '@/lib/contract';
import { formatDay } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { Button } from '@/ui/button';
import { PatientLine } from './patient-line';
import { PatientSearch } from './patient-search';
import { RegisterPatient } from './register-patient';
import { RegisterUnidentified } from './register-unidentified';

export function PatientStep({
  patient,
  locked,
  unidentified = false,
  onPick,
}: {
  patient: PatientRef | null;
  /** The server already has this request for this patient. */
  locked: boolean;
  /** Somebody nobody can name may be registered: in an emergency only. */
  unidentified?: boolean;
  onPick: (patient: PatientRef | null) => void;
}) {
  const { t, language } = useTranslation('patients');
  const [q, setQ] = useState('');
  const [registering, setRegistering] = useState<'known' | 'unidentified' | null>(null);

  if (patient) {
    return (
      <div className="card-body">
        <div className="banner banner-green picked">
          <div className="banner-text">
            <span className="picked-name">
              <PatientLine patient={patient} />
            </span>
            <br />
            <span className="small">{formatDay(patient.birth_date, language)}</span>
          </div>
          {!locked && (
            <Button icon="edit" onClick={() => onPick(null)}>
              {t('pickOther')}
            </Button>
          )}
        </div>
      </div>
    );
  }
  if (registering) {
    return (
      <div className="card-body">
        {registering === 'known' ? (
          <RegisterPatient q={q} onCancel={() => setRegistering(null)} onDone={onPick} />
        ) : (
          <RegisterUnidentified onCancel={() => setRegistering(null)} onDone={onPick} />
        )}
      </div>
    );
  }
  const register = (
    <Button look="secondary" icon="plus" onClick={() => setRegistering('known')}>
      {t('register')}
    </Button>
  );
  return (
    <>
      <div className="card-body" style={{ paddingBottom: 0 }}>
        <div className="spread">
          <p className="soft">{t('pickHint')}</p>
          <span className="row">
            {unidentified && (
              <Button look="secondary" icon="alert" onClick={() => setRegistering('unidentified')}>
                {t('unidentified.register')}
              </Button>
            )}
            {register}
          </span>
        </div>
      </div>
      <PatientSearch
        q={q}
        onSearch={setQ}
        whenNone={register}
        wrap={(found, inside) => (
          <button type="button" className="rows-link item rows-button" onClick={() => onPick(found)}>
            {inside}
          </button>
        )}
      />
    </>
  );
}
