import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { Patient } from '@/lib/contract';
import { formatDay, formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { patientQuery } from '@/lib/queries/patients';
import { patientStudiesQuery } from '@/lib/queries/studies';
import { DESK, useMe } from '@/lib/session';
import { StudyCards } from '@/parts/study-cards';
import { Button, ButtonLink } from '@/ui/button';
import { Empty, Loaded } from '@/ui/states';
import { EditPatient } from './edit-patient';

export function PatientPage() {
  const { patientId } = useParams({ from: '/shell/patients/$patientId' });
  const query = useQuery(patientQuery(patientId));
  return (
    <div className="page">
      {<Loaded query={query}>{(patient) => <PatientView patient={patient} />}</Loaded>}
    </div>
  );
}

function PatientView({ patient }: { patient: Patient }) {
  const { t, language } = useTranslation('patients');
  const common = useTranslation();
  const [editing, setEditing] = useState(false);
  const village = DESK[useMe().position.role] === 'village';
  const studies = useQuery(patientStudiesQuery(patient.id));
  const age = patient.age === null ? common.t('ageUnknown') : common.t('age', { count: patient.age });
  return (
    <>
      <div className="page-head">
        <div>
          <h1>{patient.name}</h1>
          <p className="soft">
            {common.t(`sex.${patient.sex}`)} · {age} · {formatDay(patient.birth_date, language)}
          </p>
        </div>
        {village && (
          <div className="row">
            <ButtonLink to="/consults/new" search={{ patient: patient.id }} look="primary" icon="consult">
              {t('askConsult')}
            </ButtonLink>
            <ButtonLink to="/referrals/new" search={{ patient: patient.id }} icon="referral">
              {t('refer')}
            </ButtonLink>
          </div>
        )}
      </div>
      <div className="columns">
        <section className="card">
          <div className="card-head">
            <h2>{t('studies')}</h2>
          </div>
          <Loaded query={studies}>
            {(page) =>
              page.items.length === 0 ? (
                <Empty icon="image" title={t('noStudies')} />
              ) : (
                <div className="card-body">
                  <StudyCards studies={page.items} />
                </div>
              )
            }
          </Loaded>
        </section>
        <section className="card">
          <div className="card-head">
            <h2>{t('identity')}</h2>
            <Button look="quiet" icon="edit" onClick={() => setEditing(true)}>
              {common.t('edit')}
            </Button>
          </div>
          <div className="card-body">
            <dl className="facts">
              <dt>{t(`kind.${patient.identity.kind}`)}</dt>
              <dd className="tabular">{patient.identity.masked ?? '—'}</dd>
              <dt>{t('phone')}</dt>
              <dd className="tabular">{patient.phone_masked ?? '—'}</dd>
              <dt>{t('address')}</dt>
              <dd>{patient.address ?? '—'}</dd>
              <dt>{t('registeredBy')}</dt>
              <dd>{patient.registered_by.name}</dd>
              <dt>{t('updatedAt')}</dt>
              <dd className="tabular">{formatTime(patient.updated_at, language, clock.now())}</dd>
            </dl>
          </div>
        </section>
      </div>
      {editing && <EditPatient patient={patient} onClose={() => setEditing(false)} />}
    </>
  );
}
