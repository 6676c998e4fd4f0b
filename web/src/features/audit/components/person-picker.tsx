// Somebody of the alliance by name, pinyin or initials, while typing.

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Id } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { findPeopleQuery, personQuery } from '@/lib/queries/directory';
import { useSettled } from '@/lib/settled';
import { Button } from '@/ui/button';
import { TextField } from '@/ui/field';
import { isId } from '../search';

/** More would hide what is typed for; another letter narrows. */
const SHOWN = 8;

export function PersonPicker({ value, onChange }: { value: Id; onChange: (person: Id) => void }) {
  return value ? (
    <Chosen id={value} onClear={() => onChange('')} />
  ) : (
    <Search onChosen={(person) => onChange(person)} />
  );
}

function Chosen({ id, onClear }: { id: Id; onClear: () => void }) {
  const { t } = useTranslation('audit');
  const person = useQuery({ ...personQuery(id), enabled: isId(id) });
  return (
    <div className="field">
      <span className="field-label">{t('column.person')}</span>
      <span className="audit-chosen">
        <span>{person.data?.name ?? id}</span>
        <Button look="quiet" icon="close" aria-label={t('clearPerson')} onClick={onClear} />
      </span>
    </div>
  );
}

function Search({ onChosen }: { onChosen: (person: Id) => void }) {
  const { t } = useTranslation('audit');
  const common = useTranslation();
  const [typed, setTyped] = useState('');
  const q = useSettled(typed.trim(), 250);
  const found = useInfiniteQuery({
    ...findPeopleQuery({ q, department: '', specialty: '', onDuty: false }),
    enabled: q !== '',
  });
  const isOpen = typed.trim() !== '' && q !== '' && found.data !== undefined;
  // One person in several positions is one person.
  const first = found.data?.pages[0]?.items ?? [];
  const people = [...new Map(first.map((one) => [one.id, one])).values()].slice(0, SHOWN);
  return (
    <div className="audit-picker">
      <TextField
        label={t('column.person')}
        type="search"
        placeholder={t('personHint')}
        value={typed}
        autoComplete="off"
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && setTyped('')}
      />
      {isOpen && (
        <ul className="audit-found" aria-label={t('found')}>
          {people.length === 0 && <li className="soft audit-nobody">{t('nobody')}</li>}
          {people.map((person) => (
            <li key={person.id}>
              <button type="button" onClick={() => onChosen(person.id)}>
                {person.name}
                <span className="soft small">
                  {' '}
                  {common.t(`role.${person.role}`)} · {person.organisation.name}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
