import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { LegUrgency, Person, Role } from '@/lib/contract';
import { fromLocalInput, toLocalInput } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { peopleQuery } from '@/lib/queries/directory';
import { useMe } from '@/lib/session';
import { DepartmentBeds } from '@/parts/department-beds';
import { SelectField, TextField } from '@/ui/field';
import { FormDialog } from './form-dialog';
import type { RowDialogProps } from './leg-commands';

const HOUR = 3_600_000;
const EXPECTED_IN: Record<LegUrgency, number> = { emergency: HOUR, urgent: 4 * HOUR, routine: 24 * HOUR };

/** Who may answer for a patient: in a hospital its receiving doctors, in a clinic whoever works there. */
const TREATS: ReadonlySet<Role> = new Set<Role>([
  'receiving_doctor',
  'township_doctor',
  'village_doctor',
  'family_doctor',
]);
/** Nobody is given a patient who cannot learn of it or may not treat; the server has the last word. */
const mayOwn = (one: Person): boolean => one.has_account && !one.licence_ended;

/** Accepting means a named person answers for the patient, and a time. */
export function AcceptDialog({
  leg,
  busy,
  error,
  onClose,
  onSend,
}: RowDialogProps & { leg: { external?: boolean } }) {
  const { t } = useTranslation('referrals');
  const common = useTranslation();
  const me = useMe();
  // For those without an account somebody of the sender answers.
  const where = leg.external ? me.position.organisation.id : (leg.to?.id ?? me.position.organisation.id);
  const people = useQuery(peopleQuery(where));
  const mine = people.data?.items.find(
    (one) => one.id === me.person.id && TREATS.has(one.role) && mayOwn(one),
  );
  const [picked, setPicked] = useState<string | null>(null);
  const [expected, setExpected] = useState(() => toLocalInput(clock.now() + EXPECTED_IN[leg.urgency]));
  const [tried, setTried] = useState(false);
  // Doctors of the asked department first; a lone candidate needs no choosing.
  const doctors = (people.data?.items ?? [])
    .filter((one) => TREATS.has(one.role))
    .sort(
      (a, b) =>
        Number(b.department?.id === leg.to_department?.id) -
        Number(a.department?.id === leg.to_department?.id),
    );
  const able = doctors.filter(mayOwn);
  const owner = picked ?? mine?.id ?? (able.length === 1 ? (able[0]?.id ?? '') : '');
  const at = fromLocalInput(expected);

  function submit() {
    setTried(true);
    if (owner && !Number.isNaN(at)) onSend({ owner_id: owner, expected_at: new Date(at).toISOString() });
  }
  return (
    <FormDialog
      title={`${t('command.accept')} · ${leg.patient.name}`}
      action={t('accept.action')}
      busy={busy}
      error={error ?? people.error}
      onClose={onClose}
      onSubmit={submit}
    >
      <SelectField
        label={t('owner')}
        hint={t('accept.ownerHint')}
        value={owner}
        onChange={(event) => setPicked(event.target.value)}
        note={tried && !owner ? { tone: 'wrong', text: common.t('required') } : null}
      >
        <option value="">{t('choose')}</option>
        {doctors.map((one) => (
          <option key={one.id} value={one.id} disabled={!mayOwn(one)}>
            {[
              one.name,
              one.title,
              one.department?.name,
              !one.has_account && t('accept.noAccount'),
              one.licence_ended && t('accept.licenceEnded'),
            ]
              .filter(Boolean)
              .join(' · ')}
          </option>
        ))}
      </SelectField>
      <DepartmentBeds department={leg.to_department?.id} />
      <TextField
        label={t('expectedAt')}
        type="datetime-local"
        value={expected}
        onChange={(event) => setExpected(event.target.value)}
        note={tried && Number.isNaN(at) ? { tone: 'wrong', text: common.t('required') } : null}
      />
    </FormDialog>
  );
}
