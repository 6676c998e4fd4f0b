// What entries must be. Everything applies as soon as it is chosen.

import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from '@/lib/i18n';
import { allOrganisationsQuery } from '@/lib/queries/audit';
import { useSettled } from '@/lib/settled';
import { Button } from '@/ui/button';
import { SelectField, TextField } from '@/ui/field';
import { ACTIONS, type AuditSearch, BASES, isId, OUTCOMES, PERIODS, periodOf } from '../search';
import { PatientPicker } from './patient-picker';
import { PersonPicker } from './person-picker';

interface Props {
  search: AuditSearch;
  onChange: (changes: AuditSearch) => void;
}

export function Filters({ search, onChange, onClear }: Props & { onClear: () => void }) {
  const { t } = useTranslation('audit');
  const common = useTranslation();
  const organisations = useQuery(allOrganisationsQuery);
  const period = periodOf(search);
  // On a phone the results come first.
  const [isWide] = useState(() => window.matchMedia('(min-width: 1024px)').matches);
  return (
    <div className="audit-filters">
      <fieldset className="fieldset audit-period">
        <legend>{t('period')}</legend>
        <div className="audit-chips">
          {PERIODS.map((value) => (
            <button
              key={value}
              type="button"
              className="audit-chip"
              aria-pressed={value === period}
              onClick={() => onChange({ period: value, from: '', until: '' })}
            >
              {t(`periods.${value}`)}
            </button>
          ))}
          {period === 'days' && (
            <span className="audit-days">
              <input
                type="date"
                className="input"
                aria-label={t('fromDay')}
                value={search.from ?? ''}
                max={search.until}
                onChange={(event) => onChange({ from: event.target.value })}
              />
              <span aria-hidden="true">–</span>
              <input
                type="date"
                className="input"
                aria-label={t('untilDay')}
                value={search.until ?? ''}
                min={search.from}
                onChange={(event) => onChange({ until: event.target.value })}
              />
            </span>
          )}
        </div>
      </fieldset>
      <details className="audit-more" open={isWide}>
        <summary>{t('conditions')}</summary>
        <div className="audit-grid">
          <PersonPicker value={search.person ?? ''} onChange={(person) => onChange({ person })} />
          <PatientPicker value={search.patient ?? ''} onChange={(patient) => onChange({ patient })} />
          <SelectField
            label={t('column.outcome')}
            value={search.outcome ?? ''}
            onChange={(event) => onChange({ outcome: event.target.value })}
          >
            <option value="">{common.t('all')}</option>
            {OUTCOMES.map((value) => (
              <option key={value} value={value}>
                {t(`outcome.${value}`)}
              </option>
            ))}
          </SelectField>
          <SelectField
            label={t('column.action')}
            value={search.outcome === 'denied' ? '' : (search.action ?? '')}
            disabled={search.outcome === 'denied'}
            note={search.outcome === 'denied' ? { tone: 'plain', text: t('deniedByRoute') } : null}
            onChange={(event) => onChange({ action: event.target.value })}
          >
            <option value="">{common.t('all')}</option>
            {ACTIONS.map((value) => (
              <option key={value} value={value}>
                {t(`group.${value.replace('.', '_') as 'patient'}`)} ({value})
              </option>
            ))}
          </SelectField>
          <SelectField
            label={t('column.basis')}
            value={search.basis ?? ''}
            onChange={(event) => onChange({ basis: event.target.value })}
          >
            <option value="">{common.t('all')}</option>
            {BASES.map((value) => (
              <option key={value} value={value}>
                {t(`basis.${value}`)} ({value})
              </option>
            ))}
          </SelectField>
          <SelectField
            label={t('organisation')}
            value={search.organisation ?? ''}
            onChange={(event) => onChange({ organisation: event.target.value })}
          >
            <option value="">{common.t('all')}</option>
            {organisations.data?.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </SelectField>
          {search.subject && (
            <IdField
              label={t('subject')}
              value={search.subject}
              onChange={(subject) => onChange({ subject })}
            />
          )}
        </div>
      </details>
      {Object.keys(search).length > 0 && (
        <Button look="quiet" icon="close" onClick={onClear}>
          {t('clear')}
        </Button>
      )}
    </div>
  );
}

/** Applies once the fingers rest on a whole id, or on nothing. */
function IdField({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (id: string) => void;
}) {
  const { t } = useTranslation('audit');
  const [typed, setTyped] = useState(value);
  const settled = useSettled(typed.trim().toLowerCase(), 300);
  const isWhole = settled === '' || isId(settled);
  useEffect(() => setTyped(value), [value]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is typed, not what the address brings
  useEffect(() => {
    if (isWhole && settled === typed.trim().toLowerCase() && settled !== value) onChange(settled);
  }, [settled]);
  return (
    <TextField
      label={label}
      value={typed}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => setTyped(event.target.value)}
      note={isWhole ? null : { tone: 'wrong', text: t('idHint') }}
    />
  );
}
