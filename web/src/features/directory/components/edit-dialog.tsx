// One dialog for every form of the directory: a list of fields, the server's refusal at the field it is about, and nothing
// lost when it refuses.

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '@/lib/i18n';
import { asProblem } from '@/lib/problem';
import { ProblemBanner, useProblemText } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { Check, type Note, SelectField, TextField } from '@/ui/field';
import { toast } from '@/ui/toast';

export interface Field {
  name: string;
  label: string;
  kind?: 'text' | 'day' | 'moment' | 'select' | 'check';
  hint?: string;
  required?: boolean;
  options?: { value: string; label: string }[];
}
export type Values = Record<string, string>;

export function EditDialog({
  title,
  fields,
  initial,
  onSave,
  onClose,
  onChange,
  intro,
}: {
  title: string;
  fields: Field[];
  initial: Values;
  onSave: (values: Values) => Promise<unknown>;
  onClose: () => void;
  onChange?: (values: Values) => void;
  intro?: string;
}) {
  const { t } = useTranslation();
  const directory = useTranslation('directory');
  const problemText = useProblemText();
  const client = useQueryClient();
  const [values, setValues] = useState(initial);
  const [tried, setTried] = useState(false);
  const save = useMutation({
    mutationFn: onSave,
    onSuccess: () => {
      toast(directory.t('saved'));
      onClose();
    },
    onSettled: () => client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'session' }),
  });
  const refused = save.error ? asProblem(save.error) : null;
  const atField = refused?.field && fields.some((field) => field.name === refused.field);
  const isMissing = (field: Field) => field.required === true && !values[field.name]?.trim();

  function noteOf(field: Field): Note | null {
    if (tried && isMissing(field)) return { tone: 'wrong', text: t('required') };
    if (refused?.field === field.name) return { tone: 'wrong', text: problemText(refused) };
    return null;
  }
  function set(name: string, value: string) {
    const next = { ...values, [name]: value };
    setValues(next);
    onChange?.(next);
  }
  function submit() {
    setTried(true);
    if (!fields.some(isMissing)) save.mutate(values);
  }

  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button look="primary" busy={save.isPending} onClick={submit}>
            {t('save')}
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {intro && <p className="soft dialog-intro">{intro}</p>}
        {refused && !atField && <ProblemBanner error={refused} />}
        {fields.map((field) => (
          <Input
            key={field.name}
            field={field}
            value={values[field.name] ?? ''}
            note={noteOf(field)}
            onChange={(value) => set(field.name, value)}
          />
        ))}
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

function Input({
  field,
  value,
  note,
  onChange,
}: {
  field: Field;
  value: string;
  note: Note | null;
  onChange: (value: string) => void;
}) {
  const { t } = useTranslation('directory');
  const common = {
    label: field.label,
    hint: field.hint,
    note,
    optional: field.required !== true,
    value,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  };
  switch (field.kind) {
    case 'check':
      return (
        <Check checked={value === 'yes'} onChange={(event) => onChange(event.target.checked ? 'yes' : '')}>
          {field.label}
        </Check>
      );
    case 'select':
      return (
        <SelectField {...common}>
          <option value="">{t('choose')}</option>
          {field.options?.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </SelectField>
      );
    case 'day':
      return <TextField type="date" {...common} />;
    case 'moment':
      return <TextField type="datetime-local" {...common} />;
    case 'text':
    case undefined:
      return <TextField autoComplete="off" {...common} />;
  }
}
