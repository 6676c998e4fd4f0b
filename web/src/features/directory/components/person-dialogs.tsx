// The forms about people: somebody new with their first position, somebody's data, and another position.

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { OrganisationDetail, PersonDetail, Role } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { organisationQuery, organisationsQuery } from '@/lib/queries/directory';
import { uuidv7 } from '@/lib/uuid';
import {
  beginning,
  dayOfTime,
  ending,
  givePosition,
  lastDayOf,
  savePerson,
  textOrNone,
} from '../api/commands';
import { EditDialog, type Field, type Values } from './edit-dialog';

/** The two powers that watch over administrators are given at the console. */
const GIVEN: Role[] = [
  'village_doctor',
  'township_doctor',
  'family_doctor',
  'referral_desk',
  'receiving_doctor',
  'coordinator',
  'specialist',
  'manager',
  'administrator',
];

/** Care and administration are apart: beside a position of one of them there is none of the other. */
function useRoleField(held: Role[] = []): Field {
  const { t } = useTranslation('directory');
  const common = useTranslation();
  const administers = (role: Role) => role === 'administrator';
  const fitting = GIVEN.filter((role) => held.every((other) => administers(other) === administers(role)));
  const options = fitting.map((value) => ({ value, label: common.t(`role.${value}`) }));
  return { name: 'role', label: t('position.role'), kind: 'select', required: true, options };
}

function usePersonFields(): Field[] {
  const { t } = useTranslation('directory');
  return [
    { name: 'title', label: t('person.jobTitle') },
    { name: 'specialty', label: t('person.specialty') },
    { name: 'work_phone', label: t('person.phone') },
    { name: 'email', label: t('person.email') },
    { name: 'licence_number', label: t('person.licence') },
    { name: 'licence_from', label: t('person.licenceFrom'), kind: 'day' },
    { name: 'licence_until', label: t('person.licenceUntil'), kind: 'day' },
    { name: 'practising_since', label: t('person.since'), kind: 'day' },
  ];
}

const facts = (values: Values) => ({
  name: values.name?.trim(),
  title: textOrNone(values.title),
  specialty: textOrNone(values.specialty),
  work_phone: textOrNone(values.work_phone),
  email: textOrNone(values.email),
  licence_number: textOrNone(values.licence_number),
  licence_from: beginning(values.licence_from),
  licence_until: ending(values.licence_until),
  practising_since: beginning(values.practising_since),
});

export function PersonDialog({ standing, onClose }: { standing: PersonDetail; onClose: () => void }) {
  const { t } = useTranslation('directory');
  const fields = usePersonFields();
  const own = standing.private;
  return (
    <EditDialog
      title={t('person.edit')}
      fields={[{ name: 'name', label: t('person.name'), required: true }, ...fields]}
      initial={{
        name: standing.name,
        title: standing.title ?? '',
        specialty: standing.specialty ?? '',
        work_phone: standing.work_phone ?? '',
        email: own?.email ?? '',
        licence_number: own?.licence_number ?? '',
        licence_from: dayOfTime(own?.licence_from),
        licence_until: lastDayOf(own?.licence_until),
        practising_since: dayOfTime(own?.practising_since),
      }}
      onClose={onClose}
      onSave={(values) => savePerson(standing, facts(values))}
    />
  );
}

export function NewPersonDialog({
  organisation,
  onClose,
}: {
  organisation: OrganisationDetail;
  onClose: () => void;
}) {
  const { t } = useTranslation('directory');
  const role = useRoleField();
  const fields = usePersonFields();
  // The same two ids when the second step is tried again: nobody is made twice.
  const [ids] = useState(() => ({ person: uuidv7(), position: uuidv7() }));
  const departments = organisation.departments.filter((one) => one.ended_at === null);
  return (
    <EditDialog
      title={t('person.add')}
      intro={t('person.addIntro', { organisation: organisation.name })}
      fields={[
        { name: 'name', label: t('person.name'), required: true },
        { name: 'staff_number', label: t('person.number'), hint: t('codeHint'), required: true },
        role,
        {
          name: 'department_id',
          label: t('position.department'),
          kind: 'select',
          options: departments.map((one) => ({ value: one.id, label: one.name })),
        },
        ...fields,
      ]}
      initial={{}}
      onClose={onClose}
      onSave={async (values) => {
        const number = values.staff_number?.trim();
        await savePerson(null, { id: ids.person, staff_number: number, ...facts(values) });
        await givePosition({
          id: ids.position,
          person_id: ids.person,
          organisation_id: organisation.id,
          department_id: textOrNone(values.department_id),
          role: values.role,
        });
      }}
    />
  );
}

export function PositionDialog({ person, onClose }: { person: PersonDetail; onClose: () => void }) {
  const { t } = useTranslation('directory');
  const role = useRoleField(person.positions.map((one) => one.role));
  const [id] = useState(uuidv7);
  const [place, setPlace] = useState(person.positions[0]?.organisation.id ?? '');
  const organisations = useQuery(organisationsQuery).data?.items ?? [];
  const chosen = useQuery({ ...organisationQuery(place), enabled: place !== '' }).data;
  const departments = chosen?.departments.filter((one) => one.ended_at === null) ?? [];
  return (
    <EditDialog
      title={t('position.add')}
      fields={[
        {
          name: 'organisation_id',
          label: t('position.organisation'),
          kind: 'select',
          required: true,
          options: organisations.map((one) => ({ value: one.id, label: one.name })),
        },
        {
          name: 'department_id',
          label: t('position.department'),
          kind: 'select',
          options: departments.map((one) => ({ value: one.id, label: one.name })),
        },
        role,
        { name: 'valid_until', label: t('agreement.validUntil'), kind: 'day' },
      ]}
      initial={{ organisation_id: place }}
      onChange={(values) => setPlace(values.organisation_id ?? '')}
      onClose={onClose}
      onSave={(values) => {
        const department = departments.find((one) => one.id === values.department_id);
        return givePosition({
          id,
          person_id: person.id,
          organisation_id: values.organisation_id,
          department_id: department?.id ?? null,
          role: values.role,
          valid_until: ending(values.valid_until),
        });
      }}
    />
  );
}
