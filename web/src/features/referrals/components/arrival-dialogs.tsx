// The way of the patient: leaving, arriving, not coming, a new date, the beginning of care.

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { LegCall } from '@/lib/contract';
import { fromLocalInput, toLocalInput } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { legCallsQuery } from '@/lib/queries/legs';
import { TextArea, TextField } from '@/ui/field';
import { failedAttempts } from '../api/attempts';
import { FormDialog } from './form-dialog';
import type { RowDialogProps } from './leg-commands';

const HOUR = 3_600_000;
const iso = (local: string) => new Date(fromLocalInput(local)).toISOString();
const bad = (local: string) => Number.isNaN(fromLocalInput(local));

/** A minute is entered, the clock has seconds: "now" must not be the past minute's or the next one's. */
function moment(local: string, shownFirst: string): string {
  return local === shownFirst ? new Date(clock.now()).toISOString() : iso(local);
}

export function ArriveDialog({ leg, busy, error, onClose, onSend }: RowDialogProps) {
  const { t } = useTranslation('referrals');
  const common = useTranslation();
  const [first] = useState(() => toLocalInput(clock.now()));
  const [at, setAt] = useState(first);
  const [signature, setSignature] = useState('');
  const [tried, setTried] = useState(false);
  const wrong = { tone: 'wrong', text: common.t('required') } as const;
  function submit() {
    setTried(true);
    if (!bad(at) && signature.trim()) onSend({ at: moment(at, first), signature: signature.trim() });
  }
  return (
    <FormDialog
      title={`${t('command.arrive')} · ${leg.patient.name}`}
      action={t('arrive.action')}
      busy={busy}
      error={error}
      onClose={onClose}
      onSubmit={submit}
    >
      <TextField
        label={t('arrivedAt')}
        type="datetime-local"
        value={at}
        onChange={(event) => setAt(event.target.value)}
        note={tried && bad(at) ? wrong : null}
      />
      <TextField
        label={t('arrive.signature')}
        hint={t('arrive.signatureHint')}
        value={signature}
        onChange={(event) => setSignature(event.target.value)}
        note={tried && !signature.trim() ? wrong : null}
      />
    </FormDialog>
  );
}

export function DepartDialog({ leg, busy, error, onClose, onSend }: RowDialogProps) {
  const { t } = useTranslation('referrals');
  const common = useTranslation();
  const [first] = useState(() => toLocalInput(clock.now()));
  const [at, setAt] = useState(first);
  const [eta, setEta] = useState(() => toLocalInput(clock.now() + HOUR));
  const [escort, setEscort] = useState('');
  const [vehicle, setVehicle] = useState('');
  const [tried, setTried] = useState(false);
  const wrong = { tone: 'wrong', text: common.t('required') } as const;
  function submit() {
    setTried(true);
    if (bad(at) || bad(eta)) return;
    onSend({
      at: moment(at, first),
      eta: iso(eta),
      escort: escort.trim() || null,
      vehicle: vehicle.trim() || null,
      vitals: {},
    });
  }
  return (
    <FormDialog
      title={`${t('command.depart')} · ${leg.patient.name}`}
      action={t('depart.action')}
      busy={busy}
      error={error}
      onClose={onClose}
      onSubmit={submit}
    >
      <TextField
        label={t('depart.at')}
        type="datetime-local"
        value={at}
        onChange={(event) => setAt(event.target.value)}
        note={tried && bad(at) ? wrong : null}
      />
      <TextField
        label={t('depart.eta')}
        type="datetime-local"
        value={eta}
        onChange={(event) => setEta(event.target.value)}
        note={tried && bad(eta) ? wrong : null}
      />
      <TextField
        label={t('depart.escort')}
        optional
        value={escort}
        onChange={(e) => setEscort(e.target.value)}
      />
      <TextField
        label={t('depart.vehicle')}
        optional
        value={vehicle}
        onChange={(e) => setVehicle(e.target.value)}
      />
    </FormDialog>
  );
}

export function AdmitDialog({ leg, busy, error, onClose, onSend }: RowDialogProps) {
  const { t } = useTranslation('referrals');
  const common = useTranslation();
  const [number, setNumber] = useState('');
  const [tried, setTried] = useState(false);
  function submit() {
    setTried(true);
    if (number.trim()) onSend({ encounter_number: number.trim() });
  }
  return (
    <FormDialog
      title={`${t('command.admit')} · ${leg.patient.name}`}
      action={t('command.admit')}
      busy={busy}
      error={error}
      onClose={onClose}
      onSubmit={submit}
    >
      <TextField
        label={t('admit.number')}
        hint={t('admit.hint')}
        value={number}
        autoComplete="off"
        onChange={(event) => setNumber(event.target.value)}
        note={tried && !number.trim() ? { tone: 'wrong', text: common.t('required') } : null}
      />
    </FormDialog>
  );
}

export function RebookDialog({ leg, busy, error, onClose, onSend }: RowDialogProps) {
  const { t } = useTranslation('referrals');
  const common = useTranslation();
  const [at, setAt] = useState(() => toLocalInput(clock.now() + 24 * HOUR));
  return (
    <FormDialog
      title={`${t('command.rebook')} · ${leg.patient.name}`}
      action={t('command.rebook')}
      busy={busy}
      error={error}
      onClose={onClose}
      onSubmit={() => bad(at) || onSend({ expected_at: iso(at) })}
    >
      <TextField
        label={t('expectedAt')}
        type="datetime-local"
        value={at}
        onChange={(event) => setAt(event.target.value)}
        note={bad(at) ? { tone: 'wrong', text: common.t('required') } : null}
      />
    </FormDialog>
  );
}

/** Two attempts to reach the patient come before "did not come". Calls to the patient that came to nothing are the attempts: the last two stand there already. */
export function NoShowDialog(props: RowDialogProps) {
  const query = useQuery(legCallsQuery(props.leg.id));
  if (query.isPending) return null;
  return <NoShowForm {...props} failed={failedAttempts(query.data?.items ?? [])} />;
}

function NoShowForm({ busy, error, onClose, onSend, failed, leg }: RowDialogProps & { failed: LegCall[] }) {
  const { t } = useTranslation('referrals');
  const common = useTranslation();
  const [tries, setTries] = useState(() =>
    [HOUR, 60_000].map((before, index) => {
      const one = failed[index];
      if (!one) return { at: toLocalInput(clock.now() - before), note: '' };
      const note = [t(`calls.result.${one.result}`), one.note].filter(Boolean).join(' · ');
      return { at: toLocalInput(Date.parse(one.called_at)), note };
    }),
  );
  const [tried, setTried] = useState(false);
  const wrong = { tone: 'wrong', text: common.t('required') } as const;
  const set = (index: number, change: Partial<{ at: string; note: string }>) =>
    setTries(tries.map((one, i) => (i === index ? { ...one, ...change } : one)));
  function submit() {
    setTried(true);
    if (tries.some((one) => bad(one.at) || !one.note.trim())) return;
    onSend({ attempts: tries.map((one) => ({ at: iso(one.at), note: one.note.trim() })) });
  }
  return (
    <FormDialog
      title={`${t('command.no_show')} · ${leg.patient.name}`}
      action={t('command.no_show')}
      busy={busy}
      error={error}
      onClose={onClose}
      onSubmit={submit}
    >
      <p className="soft">{t('noShow.intro')}</p>
      {tries.map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: exactly two attempts, never reordered
        <div key={index}>
          <TextField
            label={t('noShow.at', { number: index + 1 })}
            type="datetime-local"
            value={one.at}
            onChange={(event) => set(index, { at: event.target.value })}
            note={tried && bad(one.at) ? wrong : null}
          />
          <TextArea
            label={t('noShow.note')}
            rows={2}
            value={one.note}
            onChange={(event) => set(index, { note: event.target.value })}
            note={tried && !one.note.trim() ? wrong : null}
          />
        </div>
      ))}
    </FormDialog>
  );
}
