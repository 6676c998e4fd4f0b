// Call, then say what came of it. The patient's number is shown on request, which the trail notes.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { Callee, CallResult, Contact, Leg } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { legCallsQuery, legQuery, logCall } from '@/lib/queries/legs';
import { revealPatient } from '@/lib/queries/patients';
import { useMe } from '@/lib/session';
import { uuidv7 } from '@/lib/uuid';
import { PhoneLink } from '@/parts/phone-link';
import { Banner, ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Choices, TextArea, TextField } from '@/ui/field';
import { Loaded } from '@/ui/states';
import { toast } from '@/ui/toast';
import { ContactList } from './call-card';
import { FormDialog } from './form-dialog';

const CALLEES: Callee[] = ['sender', 'receiver', 'patient', 'other'];
const RESULTS: CallResult[] = ['reached', 'not_reached', 'wrong_number', 'call_back'];

export function CallDialog({ leg, onClose }: { leg: Leg; onClose: () => void }) {
  const { t } = useTranslation('referrals');
  const me = useMe();
  const client = useQueryClient();
  const query = useQuery(legCallsQuery(leg.id));
  // The call has one id however often it is sent.
  const [id] = useState(() => uuidv7());
  const [calledAt, setCalledAt] = useState<number | null>(null);
  const isReceiver = leg.to?.id === me.position.organisation.id;
  const [callee, setCallee] = useState<Callee>(isReceiver ? 'sender' : 'receiver');
  const [result, setResult] = useState<CallResult>('reached');
  const [whom, setWhom] = useState('');
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const save = useMutation({
    mutationFn: () =>
      logCall(leg.id, {
        id,
        callee,
        result,
        whom: whom.trim(),
        note: note.trim(),
        called_at: new Date(calledAt ?? clock.now()).toISOString(),
      }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: legQuery(leg.id).queryKey });
      toast(t('calls.saved'));
      onClose();
    },
  });
  const lacks = result === 'reached' && !whom.trim();
  function submit() {
    setTried(true);
    if (!lacks) save.mutate();
  }
  function dialled(contact: Contact) {
    setCalledAt(clock.now());
    setWhom(contact.person?.name ?? '');
  }
  return (
    <FormDialog
      title={t('calls.title')}
      action={t('calls.save')}
      busy={save.isPending}
      error={save.error}
      onClose={onClose}
      onSubmit={submit}
    >
      <p className="soft">{t('calls.intro')}</p>
      <Choices
        legend={t('calls.whoLabel')}
        value={callee}
        onChange={setCallee}
        options={CALLEES.map((value) => ({ value, label: t(`calls.callee.${value}`) }))}
      />
      {callee === 'patient' ? (
        <PatientPhone leg={leg} onCall={() => setCalledAt(clock.now())} />
      ) : (
        callee !== 'other' && (
          <Loaded query={query}>
            {(page) => (
              <ContactList contacts={page.contacts.filter((one) => one.callee === callee)} onCall={dialled} />
            )}
          </Loaded>
        )
      )}
      <Choices
        legend={t('calls.resultLabel')}
        value={result}
        onChange={setResult}
        options={RESULTS.map((value) => ({ value, label: t(`calls.result.${value}`) }))}
      />
      <TextField
        label={t('calls.whomLabel')}
        optional={result !== 'reached'}
        value={whom}
        maxLength={100}
        onChange={(event) => setWhom(event.target.value)}
        note={tried && lacks ? { tone: 'wrong', text: t('calls.whomMissing') } : null}
      />
      <TextArea
        label={t('calls.noteLabel')}
        optional
        rows={2}
        maxLength={1000}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
    </FormDialog>
  );
}

function PatientPhone({ leg, onCall }: { leg: Leg; onCall: () => void }) {
  const { t } = useTranslation('referrals');
  const reveal = useMutation({ mutationFn: () => revealPatient(leg.patient.id), gcTime: 0 });
  if (reveal.error) return <ProblemBanner error={reveal.error} />;
  if (!reveal.data) {
    return (
      <Button icon="search" busy={reveal.isPending} onClick={() => reveal.mutate()}>
        {t('calls.showPatient')}
      </Button>
    );
  }
  if (!reveal.data.phone) return <Banner tone="amber">{t('calls.patientNone')}</Banner>;
  return (
    <span onClickCapture={onCall}>
      <PhoneLink phone={reveal.data.phone} name={leg.patient.name} />
    </span>
  );
}
