// The patient a search is about: by identity number, which is looked up by a press because that is written into the trail; or by
// the id that an entry shows.

import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { AuditPatient, Id } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { findAuditPatient } from '@/lib/queries/audit';
import { useProblemText } from '@/ui/banner';
import { Button } from '@/ui/button';
import { TextField } from '@/ui/field';
import { isId } from '../search';

export function PatientPicker({ value, onChange }: { value: Id; onChange: (patient: Id) => void }) {
  const [found, setFound] = useState<AuditPatient | null>(null);
  if (value) {
    return (
      <Chosen
        name={found?.id === value ? `${found.name_masked} · ${value}` : value}
        onClear={() => {
          setFound(null);
          onChange('');
        }}
      />
    );
  }
  return (
    <Search
      onFound={(patient) => {
        setFound(patient);
        onChange(patient.id);
      }}
      onId={onChange}
    />
  );
}

function Chosen({ name, onClear }: { name: string; onClear: () => void }) {
  const { t } = useTranslation('audit');
  return (
    <div className="field">
      <span className="field-label">{t('column.patient')}</span>
      <span className="audit-chosen">
        <span className="audit-chosen-id">{name}</span>
        <Button look="quiet" icon="close" aria-label={t('clearPatient')} onClick={onClear} />
      </span>
    </div>
  );
}

function Search({ onFound, onId }: { onFound: (patient: AuditPatient) => void; onId: (id: Id) => void }) {
  const { t } = useTranslation('audit');
  const problemText = useProblemText();
  const [typed, setTyped] = useState('');
  const find = useMutation({ mutationFn: findAuditPatient, onSuccess: onFound, gcTime: 0 });
  function submit(event: FormEvent) {
    event.preventDefault();
    const wanted = typed.trim();
    if (isId(wanted.toLowerCase())) onId(wanted.toLowerCase());
    else if (wanted) find.mutate(wanted);
  }
  return (
    <form className="audit-patient" onSubmit={submit} noValidate>
      <TextField
        label={t('column.patient')}
        placeholder={t('patientHint')}
        value={typed}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => {
          setTyped(event.target.value);
          find.reset();
        }}
        note={find.error ? { tone: 'wrong', text: problemText(find.error) } : null}
      />
      <Button type="submit" icon="search" busy={find.isPending}>
        {t('findPatient')}
      </Button>
    </form>
  );
}
