// What narrows the board: a search, four choices, two switches. On a phone they fold away behind one button.

import { useQuery } from '@tanstack/react-query';
import type { RefObject } from 'react';
import type { BoardFilter, Direction, LegUrgency } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { organisationsQuery } from '@/lib/queries/directory';
import { useMe } from '@/lib/session';
import { Button } from '@/ui/button';
import { Icon } from '@/ui/icon';

const URGENCIES: LegUrgency[] = ['emergency', 'urgent', 'routine'];
const DIRECTIONS: Direction[] = ['up', 'down', 'lateral', 'onward'];

export function BoardFilters({
  filter,
  search,
  onChange,
}: {
  filter: BoardFilter;
  /** The key "/" goes there. */
  search: RefObject<HTMLInputElement | null>;
  onChange: (change: Partial<BoardFilter>) => void;
}) {
  const { t } = useTranslation('desk');
  const referrals = useTranslation('referrals');
  const me = useMe();
  const organisations = useQuery(organisationsQuery).data?.items ?? [];
  const departments = organisations.find((one) => one.id === me.position.organisation.id)?.departments ?? [];
  return (
    // biome-ignore lint/a11y/useSemanticElements: desks run browsers that do not know <search>
    <div className="filters" role="search" aria-label={t('filter.title')}>
      <label className="filters-search">
        <span className="visually-hidden">{t('filter.search')}</span>
        <Icon name="search" size={16} />
        <input
          ref={search}
          type="search"
          className="input"
          value={filter.text}
          maxLength={100}
          autoComplete="off"
          placeholder={t('filter.search')}
          onChange={(event) => onChange({ text: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && !event.nativeEvent.isComposing) event.currentTarget.blur();
          }}
        />
      </label>
      <Narrow
        label={t('filter.urgency')}
        value={filter.urgency}
        options={URGENCIES.map((one) => [one, referrals.t(`urgency.${one}`)])}
        onChange={(urgency) => onChange({ urgency: urgency as LegUrgency | null })}
      />
      {departments.length > 0 && (
        <Narrow
          label={t('filter.department')}
          value={filter.department_id}
          options={departments.map((one) => [one.id, one.name])}
          onChange={(department_id) => onChange({ department_id })}
        />
      )}
      <Narrow
        label={t('filter.direction')}
        value={filter.direction}
        options={DIRECTIONS.map((one) => [one, referrals.t(`direction.${one}`)])}
        onChange={(direction) => onChange({ direction: direction as Direction | null })}
      />
      <Narrow
        label={t('filter.from')}
        value={filter.from_organisation_id}
        options={organisations
          .filter((one) => one.id !== me.position.organisation.id)
          .map((one) => [one.id, one.name])}
        onChange={(from_organisation_id) => onChange({ from_organisation_id })}
      />
      <Button
        look={filter.overdue ? 'primary' : 'secondary'}
        aria-pressed={filter.overdue}
        onClick={() => onChange({ overdue: !filter.overdue })}
      >
        {t('filter.overdue')}
      </Button>
      <Button
        look={filter.mine ? 'primary' : 'secondary'}
        aria-pressed={filter.mine}
        onClick={() => onChange({ mine: !filter.mine })}
      >
        {t('filter.mine')}
      </Button>
    </div>
  );
}

function Narrow({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: string | null;
  options: [value: string, text: string][];
  onChange: (value: string | null) => void;
}) {
  return (
    <select
      className={value === null ? 'input' : 'input filters-on'}
      aria-label={label}
      value={value ?? ''}
      onChange={(event) => onChange(event.target.value || null)}
    >
      <option value="">{label}</option>
      {options.map(([one, text]) => (
        <option key={one} value={one}>
          {text}
        </option>
      ))}
    </select>
  );
}
