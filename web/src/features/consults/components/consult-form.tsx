// The four steps of a consult: patient, case, attachments, confirmation. Kept on the device at every change, on the
// server from the third step on (files need something to belong to).

import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { call } from '@/lib/api';
import { clock } from '@/lib/clock';
import type { Consult } from '@/lib/contract';
import { dropDraft, keepDraft } from '@/lib/drafts';
import { showFirstFault } from '@/lib/focus';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { asProblem, type Problem } from '@/lib/problem';
import { changeConsult, consultQuery, createConsult } from '@/lib/queries/consults';
import { useMe } from '@/lib/session';
import { UploadRunner } from '@/lib/uploads/runner';
import { PatientLine } from '@/parts/patient-line';
import { PatientStep } from '@/parts/patient-step';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Icon } from '@/ui/icon';
import { Steps } from '@/ui/steps';
import { toast } from '@/ui/toast';
import { type ConsultDraft, hasContent, inputOf, missing } from '../api/draft';
import { AttachmentStep } from './attachment-step';
import { CaseStep } from './case-step';
import { ConfirmStep } from './confirm-step';
import { useUploading } from './use-uploading';

export function ConsultForm({ initial }: { initial: ConsultDraft }) {
  const { t, language } = useTranslation('consults');
  const common = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [draft, setDraft] = useState(initial);
  const [kept, setKept] = useState<number | null>(null);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [runner, setRunner] = useState<UploadRunner | null>(null);
  const gaps = missing(draft, draft.step);

  useEffect(() => {
    if (hasContent(draft) && keepDraft(me.person.id, 'consult', draft)) setKept(clock.now());
  }, [draft, me.person.id]);

  // Files belong to a consult that the server knows.
  useEffect(() => {
    const patient = draft.patient?.id;
    if (draft.version === null || !patient) return;
    setRunner(
      (now) =>
        now ??
        new UploadRunner(
          { patient, consult: draft.id },
          () => void client.invalidateQueries({ queryKey: consultQuery(draft.id).queryKey }),
        ),
    );
  }, [client, draft.version, draft.patient?.id, draft.id]);

  function change(next: Partial<ConsultDraft>) {
    setDraft((now) => ({ ...now, ...next }));
    setProblem(null);
  }

  function go(step: number) {
    change({ step });
    setTried(false);
    window.scrollTo(0, 0);
  }

  /** The draft on the server, with what is typed now. Studies that arrived meanwhile have moved its version on. */
  async function save(patientId: string): Promise<Consult> {
    const input = inputOf(draft, patientId);
    if (draft.version === null) return createConsult(input);
    const now = await client.fetchQuery({ ...consultQuery(draft.id), staleTime: 0 });
    const { id: _, ...changes } = input;
    return changeConsult(draft.id, now.version, changes);
  }

  async function guarded(work: () => Promise<void>) {
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  }

  async function next() {
    setTried(true);
    const patient = draft.patient;
    if (gaps.length > 0 || !patient) return showFirstFault();
    if (draft.step !== 1) return go(draft.step + 1);
    await guarded(async () => {
      const saved = await save(patient.id);
      client.setQueryData(consultQuery(saved.id).queryKey, saved);
      void client.invalidateQueries({ queryKey: ['consult', 'list'] });
      change({ version: saved.version });
      go(2);
    });
  }

  async function submit() {
    setTried(true);
    const patient = draft.patient;
    if (gaps.length > 0 || !patient) return showFirstFault();
    await guarded(async () => {
      const saved = await save(patient.id);
      const sent = await call<Consult>('POST', `consults/${draft.id}/submit`, {
        body: {},
        version: saved.version,
      });
      client.setQueryData(consultQuery(sent.id).queryKey, sent);
      void client.invalidateQueries({ queryKey: ['consult', 'list'] });
      dropDraft(me.person.id, 'consult');
      toast(t('submitted'));
      void navigate({ to: '/consults/$consultId', params: { consultId: sent.id }, replace: true });
    });
  }

  return (
    <>
      <div className="card-body" style={{ paddingBottom: 0 }}>
        <Steps
          names={[t('step.patient'), t('step.case'), t('step.files'), t('step.confirm')]}
          now={draft.step}
        />
        {draft.step > 0 && draft.patient && (
          <p className="form-patient">
            <PatientLine patient={draft.patient} />
          </p>
        )}
      </div>
      {draft.step === 0 && (
        <PatientStep
          patient={draft.patient}
          locked={draft.version !== null}
          onPick={(patient) => {
            change(patient ? { patient, step: 1 } : { patient });
            setTried(false);
          }}
        />
      )}
      {draft.step === 1 && (
        <CaseStep draft={draft} onChange={change} gaps={tried ? gaps : []} problem={problem} />
      )}
      {draft.step === 2 && runner && <AttachmentStep consultId={draft.id} runner={runner} />}
      {draft.step === 3 && (
        <ConfirmStep draft={draft} runner={runner} onChange={change} onEdit={go} gaps={tried ? gaps : []} />
      )}
      {problem && (
        <div className="card-body" style={{ paddingTop: 0, paddingBottom: 0 }}>
          <ProblemBanner error={problem} />
        </div>
      )}
      {(draft.step > 0 || draft.patient) && (
        <div className="form-foot">
          <span className="soft small">
            {kept !== null && (
              <>
                <Icon name="check" size={14} /> {t('kept', { time: formatTime(kept, language, clock.now()) })}
              </>
            )}
          </span>
          <div className="form-actions">
            {draft.step > 0 && <Button onClick={() => go(draft.step - 1)}>{common.t('back')}</Button>}
            {draft.step < 3 && (
              <Button look="primary" busy={busy} onClick={() => void next()}>
                {common.t('next')}
              </Button>
            )}
            {draft.step === 3 && <SubmitButton runner={runner} busy={busy} onSubmit={() => void submit()} />}
          </div>
        </div>
      )}
    </>
  );
}

function SubmitButton({
  runner,
  busy,
  onSubmit,
}: {
  runner: UploadRunner | null;
  busy: boolean;
  onSubmit: () => void;
}) {
  const { t } = useTranslation('consults');
  const active = useUploading(runner);
  return (
    <Button look="primary" icon="send" busy={busy} disabled={active} onClick={onSubmit}>
      {active ? t('waitForFiles') : t('submit')}
    </Button>
  );
}
