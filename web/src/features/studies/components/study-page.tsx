// One study that waits for its patient: what its images say, a patient chosen by a person, both side by side, and the
// word that they belong together. Once somebody has said so, whose it is.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { clock } from '@/lib/clock';
import type { Id, Study } from '@/lib/contract';
import { formatDay, formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { asProblem, isTransient } from '@/lib/problem';
import { assignStudy, studyQuery } from '@/lib/queries/studies';
import { mayAssignStudies, useMe } from '@/lib/session';
import { uuidv7 } from '@/lib/uuid';
import { Banner, ProblemBanner } from '@/ui/banner';
import { ButtonLink } from '@/ui/button';
import { Icon } from '@/ui/icon';
import { Empty, Loaded } from '@/ui/states';
import { toast } from '@/ui/toast';
import { Assigned } from './assigned';
import { ChoosePatient } from './choose-patient';
import { ComparePatient } from './compare-patient';
import { StudyMark } from './pending-page';
import { Preview, SaidPerson, useStudyTitle, Why } from './said';
import '../studies.css';

export function StudyPage() {
  const { studyId } = useParams({ from: '/shell/studies/$studyId' });
  const query = useQuery(studyQuery(studyId));
  const { t } = useTranslation('studies');
  const isGone = query.error !== null && asProblem(query.error).status === 404;
  return (
    <div className="page">
      <Link to="/studies" className="stray-back">
        <Icon name="chevronLeft" size={20} />
        {t('pending.back')}
      </Link>
      {isGone && !query.data ? (
        <Gone />
      ) : (
        <Loaded query={query}>{(study) => <StudyView key={study.id} study={study} isGone={isGone} />}</Loaded>
      )}
    </div>
  );
}

/** It joined another study of its patient, or it is not for this person: the server does not say which. */
function Gone() {
  const { t } = useTranslation('studies');
  return (
    <div className="card">
      <Empty icon="image" title={<h1>{t('assign.gone')}</h1>}>
        <p>{t('assign.goneHint')}</p>
        <ButtonLink to="/studies" look="primary">
          {t('assign.toList')}
        </ButtonLink>
      </Empty>
    </div>
  );
}

function StudyView({ study, isGone }: { study: Study; isGone: boolean }) {
  const { t } = useTranslation('studies');
  const me = useMe();
  const [patient, setPatient] = useState<Id | null>(study.sent_to?.id ?? null);
  const assign = useAssign(study);
  const choice = useRef<HTMLDivElement>(null);
  const before = useRef(patient);

  // What comes next is read from its beginning, also by those who do not see it appear.
  useEffect(() => {
    if (before.current === patient) return;
    before.current = patient;
    choice.current?.focus({ preventScroll: true });
    choice.current?.scrollIntoView({ block: 'nearest' });
  }, [patient]);

  // Our own assigning may be what took it away: then its answer, or the same press again, leads on.
  const isOurs =
    assign.isPending || assign.isSuccess || (assign.isError && isTransient(asProblem(assign.error)));
  if (isGone && !isOurs) return <Gone />;
  return (
    <>
      <div className="page-head">
        <div className="stack-small">
          <h1>{t(study.status === 'matched' ? 'assign.titleDone' : 'assign.title')}</h1>
          <span className="row">
            <StudyMark study={study} />
            {study.status !== 'matched' && (
              <span>
                <Why study={study} />
              </span>
            )}
          </span>
        </div>
      </div>
      <div className="stray-columns">
        <SaidCard study={study} />
        <div className="stack">
          {assign.error !== null && <ProblemBanner error={assign.error} />}
          {study.status === 'matched' ? (
            <Assigned study={study} />
          ) : !mayAssignStudies(me.position.role) ? (
            <Banner tone="blue">{t('assign.notYou')}</Banner>
          ) : (
            <div ref={choice} tabIndex={-1} className="stray-choice">
              {patient === null ? (
                <ChoosePatient study={study} onPick={setPatient} />
              ) : (
                <ComparePatient
                  key={patient}
                  study={study}
                  patientId={patient}
                  busy={assign.isPending}
                  onOther={() => {
                    assign.reset();
                    setPatient(null);
                  }}
                  onAssign={(name) => assign.mutate({ patient, name })}
                />
              )}
            </div>
          )}
        </div>
      </div>
    </>
  );
}

/** The same again after a cut line does no harm: it has the same key, and gets the answer that was lost. */
function useAssign(study: Study) {
  const { t } = useTranslation('studies');
  const client = useQueryClient();
  const navigate = useNavigate();
  const keys = useRef(new Map<Id, string>());
  return useMutation({
    mutationFn: ({ patient }: { patient: Id; name: string }) => {
      const key = keys.current.get(patient) ?? uuidv7();
      keys.current.set(patient, key);
      return assignStudy(study.id, patient, key);
    },
    onSuccess: (assigned, { name }) => {
      client.setQueryData(studyQuery(assigned.id).queryKey, assigned);
      void client.invalidateQueries({ queryKey: ['study', 'list'] });
      toast(t('assign.done', { name }));
      // It joined what the patient had of this study already.
      if (assigned.id !== study.id) {
        void navigate({ to: '/studies/$studyId', params: { studyId: assigned.id }, replace: true });
      }
    },
    onError: (error) => {
      if ([404, 409, 412].includes(asProblem(error).status)) {
        void client.invalidateQueries({ queryKey: studyQuery(study.id).queryKey });
        void client.invalidateQueries({ queryKey: ['study', 'list'] });
      }
    },
  });
}

function SaidCard({ study }: { study: Study }) {
  const { t, has, language } = useTranslation('studies');
  const title = useStudyTitle();
  const channel = `channel.${study.channel}`;
  const { local_id: number } = study.dicom_patient;
  return (
    <section className="card stray-said" aria-labelledby="stray-said">
      <Preview study={study} />
      <div className="card-body stack-small">
        <h2 id="stray-said">{t('assign.images')}</h2>
        <p className="stray-person">
          <SaidPerson study={study} />
        </p>
        <dl className="facts">
          <dt>{t('label.number')}</dt>
          <dd className="tabular">{number || t('assign.notSaid')}</dd>
          <dt>{t('assign.examined')}</dt>
          <dd>
            {title(study)}
            {'\n'}
            {study.study_date && `${formatDay(study.study_date, language)} · `}
            {t('counts', { series: study.series.length, count: study.instances })}
          </dd>
          <dt>{t('assign.source')}</dt>
          <dd>
            {has(channel) && `${t(channel)}\n`}
            {t('pending.received', { time: formatTime(study.received_at, language, clock.now()) })}
          </dd>
        </dl>
      </div>
    </section>
  );
}
