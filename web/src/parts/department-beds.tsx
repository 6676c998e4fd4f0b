// What is free and what is held in a department of one's own, for whoever is about to take a patient or to hold a bed.

import { useQuery } from '@tanstack/react-query';
import { clock } from '@/lib/clock';
import type { Id } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { bedsQuery } from '@/lib/queries/routing';
import { mayReadBeds, useMe } from '@/lib/session';
import { Icon } from '@/ui/icon';
import { useAge } from './age-of-figure';

export function DepartmentBeds({ department }: { department: Id | undefined }) {
  const { t } = useTranslation('beds');
  const age = useAge();
  const { role } = useMe().position;
  const query = useQuery({ ...bedsQuery, enabled: department !== undefined && mayReadBeds(role) });
  const row = query.data?.departments.find((one) => one.department.id === department);
  if (!row) return null;
  const { figure, available } = row;
  return (
    <p className="soft small">
      <Icon name="building" size={15} /> {row.department.name}{' '}
      {figure === null || available === null
        ? t('neverSaid')
        : t(figure.stale ? 'glanceStale' : 'glance', {
            available,
            free: figure.free,
            held: row.holds.length,
            age: age(figure.at, clock.now()),
          })}
    </p>
  );
}
