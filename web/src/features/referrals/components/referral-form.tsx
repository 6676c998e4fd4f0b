// The four steps of a referral: patient, where to and how urgent, the form (转诊单), confirmation. Kept on the device
// at every change.

import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { clock } from '@/lib/clock';
import type { Leg } from '@/lib/contract';
import { dropDraft, keepDraft } from '@/lib/drafts';
import { showFirstFault } from '@/lib/focus';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { asProblem, type Problem } from '@/lib/problem';
import { changeLeg, commandLeg, createLeg, legQuery } from '@/lib/queries/legs';
import { useMe } from '@/lib/session';
import { PatientLine } from '@/parts/patient-line';
import { PatientStep } from '@/parts/patient-step';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Icon } from '@/ui/icon';
import { Steps } from '@/ui/steps';
import { toast } from '@/ui/toast';
import { emptyForm, hasContent, inputOf, missing, type ReferralDraft, readyAtOnce } from '../api/draft';
import { ClinicalStep } from './clinical-step';
import { DestinationStep } from './destination-step';
import { ReviewStep } from './review-step';

const LAST = 3;

export function ReferralForm({ initial }: { initial: ReferralDraft }) {
  const { t, language } = useTranslation('referrals');
  const common = useTranslation();
  const routing = useTranslation('routing');
  const me = useMe();
  const client = useQueryClient();
  const navigate = useNavigate();
  // A draft that an older page kept on this device lacks what the form has learned since.
  const [draft, setDraft] = useState(() => ({ ...initial, form: { ...emptyForm(), ...initial.form } }));
  const [kept, setKept] = useState<number | null>(null);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState<'save' | 'submit' | 'discard' | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const gaps = missing(draft, draft.step);

  useEffect(() => {
    if (hasContent(draft) && keepDraft(me.person.id, 'referral', draft)) setKept(clock.now());
  }, [draft, me.person.id]);

  function change(next: Partial<ReferralDraft>) {
    setDraft((now) => ({ ...now, ...next }));
    setProblem(null);
  }

  function go(step: number) {
    change({ step });
    setTried(false);
    window.scrollTo(0, 0);
  }

  function next() {
    setTried(true);
    if (gaps.length === 0) go(draft.step + 1);
    else showFirstFault();
  }

  async function save(patientId: string, said: ReferralDraft = draft): Promise<Leg> {
    const input = inputOf(said, patientId);
    if (draft.version === null) return createLeg(input);
    const { id: _, ...changes } = input;
    return changeLeg(draft.id, draft.version, changes);
  }

  async function guarded(what: 'save' | 'submit' | 'discard', work: () => Promise<void>) {
    setBusy(what);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      const refused = asProblem(error);
      const version = refused.body.version;
      // Saved elsewhere meanwhile: the next press saves over it, after this one has said so.
      if (refused.status === 412 && typeof version === 'number') change({ version });
      setProblem(refused);
    } finally {
      setBusy(null);
    }
  }

  function leave(leg: Leg, said: string) {
    client.setQueryData(legQuery(leg.id).queryKey, leg);
    void client.invalidateQueries({ queryKey: ['leg', 'list'] });
    dropDraft(me.person.id, 'referral');
    toast(said);
  }

  async function submit(said: ReferralDraft = draft) {
    setTried(true);
    const patient = said.patient;
    if (gaps.length > 0 || !patient) return showFirstFault();
    await guarded('submit', async () => {
      const saved = await save(patient.id, said);
      change({ version: saved.version });
      const sent = await commandLeg(draft.id, { command: 'submit', version: saved.version });
      leave(sent, t('submitted'));
      void navigate({ to: '/referrals/$legId', params: { legId: sent.id }, replace: true });
    });
  }

  async function discard() {
    await guarded('discard', async () => {
      if (draft.version !== null) {
        const gone = await commandLeg(draft.id, { command: 'discard', version: draft.version });
        client.setQueryData(legQuery(gone.id).queryKey, gone);
        void client.invalidateQueries({ queryKey: ['leg', 'list'] });
      }
      dropDraft(me.person.id, 'referral');
      void navigate({ to: '/referrals', replace: true });
    });
  }

  return (
    <>
      <div className="card-body" style={{ paddingBottom: 0 }}>
        <Steps
          names={[t('step.patient'), t('step.destination'), t('step.clinical'), t('step.confirm')]}
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
          unidentified
          patient={draft.patient}
          locked={draft.version !== null}
          onPick={(patient) => {
            change(patient ? { patient, step: 1 } : { patient });
            setTried(false);
          }}
        />
      )}
      {draft.step === 1 && <DestinationStep draft={draft} onChange={change} gaps={tried ? gaps : []} />}
      {draft.step === 2 && <ClinicalStep draft={draft} onChange={change} gaps={tried ? gaps : []} />}
      {draft.step === LAST && (
        <ReviewStep draft={draft} onChange={change} onEdit={go} gaps={tried ? gaps : []} />
      )}
      {draft.step > 0 && draft.step < LAST && readyAtOnce(draft) && (
        <p className="card-body soft small" style={{ paddingTop: 0, paddingBottom: 0 }}>
          {routing.t('sendNowHint')}
        </p>
      )}
      {problem && (
        <div className="card-body" style={{ paddingTop: 0, paddingBottom: 0 }}>
          <ProblemBanner error={problem} />
        </div>
      )}
      {(draft.step > 0 || draft.patient) && (
        <div className="form-foot">
          <span className="row">
            {kept !== null && (
              <span className="soft small">
                <Icon name="check" size={14} /> {t('kept', { time: formatTime(kept, language, clock.now()) })}
              </span>
            )}
            {hasContent(draft) && draft.step > 0 && (
              <Button look="quiet" busy={busy === 'discard'} onClick={() => void discard()}>
                {t('discard')}
              </Button>
            )}
          </span>
          <div className="form-actions">
            {draft.step > 0 && <Button onClick={() => go(draft.step - 1)}>{common.t('back')}</Button>}
            {draft.step > 0 && draft.step < LAST && readyAtOnce(draft) && (
              <Button
                look="danger-solid"
                icon="send"
                busy={busy === 'submit'}
                onClick={() => void submit({ ...draft, consent: draft.consent ?? 'emergency_pending' })}
              >
                {routing.t('sendNow')}
              </Button>
            )}
            {draft.step < LAST && (
              <Button look={readyAtOnce(draft) && draft.step > 0 ? 'secondary' : 'primary'} onClick={next}>
                {common.t('next')}
              </Button>
            )}
            {draft.step === LAST && (
              <Button look="primary" icon="send" busy={busy === 'submit'} onClick={() => void submit()}>
                {t('submit')}
              </Button>
            )}
          </div>
        </div>
      )}
    </>
  );
}
