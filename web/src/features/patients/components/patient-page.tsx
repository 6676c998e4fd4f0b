// A patient's record: who they are, and what was done for them. Through an emergency access it is read only.

import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { Patient } from '@/lib/contract';
import { formatDay } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { useGlassOn } from '@/lib/queries/break-glass';
import { patientConsultsQuery, patientLegsQuery, patientQuery } from '@/lib/queries/patients';
import { patientStudiesQuery } from '@/lib/queries/studies';
import { DESK, mayChangePatients, useMe } from '@/lib/session';
import { ConsultRows } from '@/parts/consult-rows';
import { PatientFollowUps } from '@/parts/follow-up-card';
import { LegRows } from '@/parts/leg-rows';
import { StudyCards } from '@/parts/study-cards';
import { Banner } from '@/ui/banner';
import { ButtonLink } from '@/ui/button';
import { Icon } from '@/ui/icon';
import { Empty, Loaded } from '@/ui/states';
import { EditPatient } from './edit-patient';
import { IdentityCard } from './identity-card';
import '../patients.css';

export function PatientPage() {
  const { patientId } = useParams({ from: '/shell/patients/$patientId' });
  const query = useQuery(patientQuery(patientId));
  return (
    <div className="page">
      <Loaded query={query}>{(patient) => <PatientView key={patient.id} patient={patient} />}</Loaded>
    </div>
  );
}

function PatientView({ patient }: { patient: Patient }) {
  const { t, language } = useTranslation('patients');
  const common = useTranslation();
  const [editing, setEditing] = useState(false);
  const { role } = useMe().position;
  const glass = useGlassOn(patient.id);
  const village = DESK[role] === 'village' && !glass;
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
      {glass && (
        <div className="patient-glass">
          <Banner tone="amber">{t('readOnly')}</Banner>
        </div>
      )}
      <div className="columns">
        <div className="stack">
          <Studies patient={patient} />
          <Consults patient={patient} />
          <Legs patient={patient} />
          <PatientFollowUps patientId={patient.id} />
        </div>
        <div className="stack patient-side">
          <IdentityCard
            patient={patient}
            onEdit={mayChangePatients(role) && !glass ? () => setEditing(true) : null}
          />
          <Link
            to="/patients/$patientId/access-log"
            params={{ patientId: patient.id }}
            className="card card-body patient-log"
          >
            <Icon name="list" />
            <span>
              <strong>{t('log.title')}</strong>
              <br />
              <span className="soft small">{t('log.lead')}</span>
            </span>
            <Icon name="chevronRight" />
          </Link>
        </div>
      </div>
      {editing && <EditPatient patient={patient} onClose={() => setEditing(false)} />}
    </>
  );
}

function Studies({ patient }: { patient: Patient }) {
  const { t } = useTranslation('patients');
  const studies = useQuery(patientStudiesQuery(patient.id));
  return (
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
  );
}

function Consults({ patient }: { patient: Patient }) {
  const { t } = useTranslation('patients');
  const consults = useQuery(patientConsultsQuery(patient.id));
  return (
    <section className="card">
      <div className="card-head">
        <h2>{t('consults')}</h2>
      </div>
      <Loaded query={consults}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty icon="consult" title={t('noConsults')} />
          ) : (
            <ConsultRows rows={page.items} ofOnePatient />
          )
        }
      </Loaded>
    </section>
  );
}

function Legs({ patient }: { patient: Patient }) {
  const { t } = useTranslation('patients');
  const legs = useQuery(patientLegsQuery(patient.id));
  return (
    <section className="card">
      <div className="card-head">
        <h2>{t('legs')}</h2>
      </div>
      <Loaded query={legs}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty icon="referral" title={t('noLegs')} />
          ) : (
            <LegRows rows={page.items} ofOnePatient />
          )
        }
      </Loaded>
    </section>
  );
}
