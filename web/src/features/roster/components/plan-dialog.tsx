// Planning one duty. What stands in its way is said by the server, with whose it is.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Day, Duty, DutyKind, DutyRank, Id } from '@/lib/contract';
import { fromLocalInput } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { asProblem } from '@/lib/problem';
import { organisationQuery, peopleQuery } from '@/lib/queries/directory';
import { isOnRosters, planDuty } from '@/lib/queries/duties';
import { useMe } from '@/lib/session';
import { uuidv7 } from '@/lib/uuid';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { SelectField, TextField } from '@/ui/field';
import { dayAfter } from '../api/week';
import { useWhen } from './duty-text';

const KINDS: DutyKind[] = ['department', 'hospital', 'alliance'];
const RANKS: DutyRank[] = ['duty', 'deputy'];

export function PlanDialog({
  organisation,
  day,
  onClose,
}: {
  organisation: Id;
  day: Day;
  onClose: () => void;
}) {
  const { t } = useTranslation('roster');
  const common = useTranslation();
  const me = useMe();
  const when = useWhen();
  const client = useQueryClient();
  const [id] = useState(uuidv7);
  const [tried, setTried] = useState(false);
  const [values, setValues] = useState({
    kind: 'department' as DutyKind,
    department: '',
    person: '',
    rank: 'duty' as DutyRank,
    starts: `${day}T08:00`,
    ends: `${dayAfter(day, 1)}T08:00`,
  });
  const departments =
    useQuery(organisationQuery(organisation)).data?.departments.filter((one) => one.ended_at === null) ?? [];
  const people = useQuery(peopleQuery(organisation)).data?.items ?? [];
  const fitting = people.filter((one) => isOnRosters(one.role));
  const each = [...new Map(fitting.map((one) => [one.id, one])).values()];
  // The alliance's duty is the administrator's to plan.
  const kinds = KINDS.filter((kind) => kind !== 'alliance' || me.position.role === 'administrator');
  const plan = useMutation({
    mutationFn: () =>
      planDuty({
        id,
        kind: values.kind,
        organisation_id: values.kind === 'alliance' ? null : organisation,
        department_id: values.kind === 'department' ? values.department : null,
        person_id: values.person,
        rank: values.rank,
        starts_at: new Date(fromLocalInput(values.starts)).toISOString(),
        ends_at: new Date(fromLocalInput(values.ends)).toISOString(),
      }),
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: ['duty'] }),
  });
  const { other } = asProblem(plan.error).body as { other?: Duty };
  const isWhole =
    values.person !== '' &&
    !Number.isNaN(fromLocalInput(values.starts)) &&
    !Number.isNaN(fromLocalInput(values.ends)) &&
    (values.kind !== 'department' || values.department !== '');
  const note = (is: boolean) =>
    tried && !is ? ({ tone: 'wrong', text: common.t('required') } as const) : null;
  const set = (name: keyof typeof values) => (event: { target: { value: string } }) =>
    setValues({ ...values, [name]: event.target.value });

  return (
    <Dialog
      title={t('plan')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{common.t('cancel')}</Button>
          <Button
            look="primary"
            busy={plan.isPending}
            onClick={() => {
              setTried(true);
              if (isWhole) plan.mutate();
            }}
          >
            {common.t('save')}
          </Button>
        </>
      }
    >
      {plan.error && (
        <div className="stack-small">
          <ProblemBanner error={plan.error} />
          {other && <p>{t('takeOffText', { name: other.person.name, when: when(other) })}</p>}
        </div>
      )}
      <SelectField label={t('kind')} value={values.kind} onChange={set('kind')}>
        {kinds.map((kind) => (
          <option key={kind} value={kind}>
            {t(`kinds.${kind}`)}
          </option>
        ))}
      </SelectField>
      {values.kind === 'department' && (
        <SelectField
          label={t('department')}
          value={values.department}
          note={note(values.department !== '')}
          onChange={set('department')}
        >
          <option value="" />
          {departments.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </SelectField>
      )}
      <SelectField
        label={t('person')}
        value={values.person}
        note={note(values.person !== '')}
        onChange={set('person')}
      >
        <option value="" />
        {each.map((one) => (
          <option key={one.id} value={one.id}>
            {[one.name, one.department?.name].filter(Boolean).join(' · ')}
          </option>
        ))}
      </SelectField>
      <SelectField label={t('rank')} value={values.rank} onChange={set('rank')}>
        {RANKS.map((rank) => (
          <option key={rank} value={rank}>
            {t(`ranks.${rank}`)}
          </option>
        ))}
      </SelectField>
      <TextField
        type="datetime-local"
        label={t('starts')}
        value={values.starts}
        note={note(!Number.isNaN(fromLocalInput(values.starts)))}
        onChange={set('starts')}
      />
      <TextField
        type="datetime-local"
        label={t('ends')}
        value={values.ends}
        note={note(!Number.isNaN(fromLocalInput(values.ends)))}
        onChange={set('ends')}
      />
    </Dialog>
  );
}
