// A study that has its patient: whose it is, the way there, and the next one that waits.

import { useQuery } from '@tanstack/react-query';
import type { Study } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { patientQuery } from '@/lib/queries/patients';
import { pendingStudiesQuery } from '@/lib/queries/studies';
import { Banner } from '@/ui/banner';
import { ButtonLink } from '@/ui/button';
import { Skeleton } from '@/ui/states';
import { nextPending } from '../api/compare';

export function Assigned({ study }: { study: Study }) {
  const { t } = useTranslation('studies');
  const patientId = study.patient_id ?? '';
  const patient = useQuery({ ...patientQuery(patientId), enabled: patientId !== '', retry: false });
  const quarantined = useQuery(pendingStudiesQuery('quarantined')).data?.items ?? [];
  const unassigned = useQuery(pendingStudiesQuery('unassigned')).data?.items ?? [];
  const next = nextPending(quarantined, unassigned, study.id);
  const left = [...quarantined, ...unassigned].filter((one) => one.id !== study.id).length;
  return (
    <section className="card card-body stack">
      {patient.isLoading ? (
        <Skeleton height={48} />
      ) : (
        <Banner tone="green">
          {patient.data ? t('assign.done', { name: patient.data.name }) : t('assign.doneUnseen')}
        </Banner>
      )}
      <div className="form-actions">
        {next ? (
          <ButtonLink to="/studies/$studyId" params={{ studyId: next.id }} icon="arrowRight">
            {t('assign.next', { count: left })}
          </ButtonLink>
        ) : (
          <ButtonLink to="/studies">{t('assign.toList')}</ButtonLink>
        )}
        {patient.data && (
          <ButtonLink
            to="/patients/$patientId"
            params={{ patientId: patient.data.id }}
            look="primary"
            icon="person"
          >
            {t('assign.toPatient')}
          </ButtonLink>
        )}
      </div>
    </section>
  );
}
