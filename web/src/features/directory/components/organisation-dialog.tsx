import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { OrganisationDetail } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { organisationsQuery } from '@/lib/queries/directory';
import { uuidv7 } from '@/lib/uuid';
import { saveOrganisation, textOrNone } from '../api/commands';
import { EditDialog, type Field, type Values } from './edit-dialog';

const LEVELS = ['city_hospital', 'county_hospital', 'township_centre', 'village_clinic'] as const;

/** A code that counts today. */
function codeOf(standing: OrganisationDetail | null, system: string): string {
  return standing?.codes.find((code) => code.system === system && !code.valid_until)?.value ?? '';
}

export function OrganisationDialog({
  standing,
  onClose,
}: {
  standing: OrganisationDetail | null;
  onClose: () => void;
}) {
  const { t } = useTranslation('directory');
  const [id] = useState(() => standing?.id ?? uuidv7());
  const organisations = useQuery(organisationsQuery).data?.items ?? [];
  const above = organisations.filter((one) => one.id !== id);
  const fields: Field[] = [
    { name: 'name', label: t('organisation.name'), required: true },
    ...(standing
      ? []
      : [{ name: 'code', label: t('organisation.code'), hint: t('codeHint'), required: true }]),
    {
      name: 'level',
      label: t('organisation.level'),
      kind: 'select',
      required: true,
      options: LEVELS.map((value) => ({ value, label: t(`level.${value}`) })),
    },
    {
      name: 'parent_id',
      label: t('organisation.parent'),
      kind: 'select',
      options: above.map((one) => ({ value: one.id, label: one.name })),
    },
    { name: 'phone', label: t('organisation.phone') },
    { name: 'uscc', label: t('organisation.uscc') },
    { name: 'institution_code', label: t('organisation.institution') },
    { name: 'external', label: t('organisation.external'), kind: 'check' },
  ];
  const initial: Values = {
    name: standing?.name ?? '',
    level: standing?.level ?? '',
    parent_id: standing?.parent?.id ?? '',
    phone: standing?.phone ?? '',
    uscc: codeOf(standing, 'uscc'),
    institution_code: codeOf(standing, 'institution'),
    external: standing?.external ? 'yes' : '',
  };
  return (
    <EditDialog
      title={t(standing ? 'organisation.edit' : 'organisation.add')}
      fields={fields}
      initial={initial}
      onClose={onClose}
      onSave={(values) =>
        saveOrganisation(standing, {
          id,
          ...(standing ? {} : { code: values.code?.trim() }),
          name: values.name?.trim(),
          level: values.level,
          parent_id: textOrNone(values.parent_id),
          external: values.external === 'yes',
          phone: textOrNone(values.phone),
          // A code stays until another one takes its place.
          ...(values.uscc?.trim() && values.uscc !== initial.uscc ? { uscc: values.uscc.trim() } : {}),
          ...(values.institution_code?.trim() && values.institution_code !== initial.institution_code
            ? { institution_code: values.institution_code.trim() }
            : {}),
        } as { id: string })
      }
    />
  );
}
