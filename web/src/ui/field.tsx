// Labelled inputs. The note below each keeps its line when empty, so that nothing jumps while one types.

import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from 'react';
import { useTranslation } from '@/lib/i18n';
import { Icon } from './icon';

export interface Note {
  tone: 'wrong' | 'right' | 'plain';
  text: string;
}

interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  note?: Note | null;
  optional?: boolean;
  wide?: boolean;
}

function FieldFrame({
  id,
  label,
  hint,
  note,
  optional,
  wide,
  children,
}: FieldProps & { id: string; children: ReactNode }) {
  const { t } = useTranslation();
  const tone = note && note.tone !== 'plain' ? ` field-note-${note.tone}` : '';
  return (
    <div className={wide ? 'field form-wide' : 'field'}>
      <label className="field-label" htmlFor={id}>
        {label}
        {optional && <span className="field-optional"> {t('optional')}</span>}
      </label>
      {hint && (
        <span className="field-hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
      {children}
      <span
        className={`field-note${tone}`}
        id={`${id}-note`}
        role={note?.tone === 'wrong' ? 'alert' : undefined}
      >
        {note && (
          <>
            {note.tone === 'wrong' && <Icon name="alert" size={14} />}
            {note.tone === 'right' && <Icon name="check" size={14} />} {note.text}
          </>
        )}
      </span>
    </div>
  );
}

function described(id: string, hint: ReactNode): string {
  return hint ? `${id}-hint ${id}-note` : `${id}-note`;
}

export function TextField({
  label,
  hint,
  note,
  optional,
  wide,
  ...input
}: FieldProps & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <FieldFrame
      id={id}
      label={label}
      hint={hint}
      note={note ?? null}
      optional={optional ?? false}
      wide={wide ?? false}
    >
      <input
        id={id}
        className="input"
        aria-invalid={note?.tone === 'wrong' || undefined}
        aria-describedby={described(id, hint)}
        {...input}
      />
    </FieldFrame>
  );
}

export function TextArea({
  label,
  hint,
  note,
  optional,
  wide,
  ...input
}: FieldProps & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const id = useId();
  return (
    <FieldFrame
      id={id}
      label={label}
      hint={hint}
      note={note ?? null}
      optional={optional ?? false}
      wide={wide ?? false}
    >
      <textarea
        id={id}
        className="input"
        aria-invalid={note?.tone === 'wrong' || undefined}
        aria-describedby={described(id, hint)}
        {...input}
      />
    </FieldFrame>
  );
}

export function SelectField({
  label,
  hint,
  note,
  optional,
  wide,
  children,
  ...input
}: FieldProps & SelectHTMLAttributes<HTMLSelectElement>) {
  const id = useId();
  return (
    <FieldFrame
      id={id}
      label={label}
      hint={hint}
      note={note ?? null}
      optional={optional ?? false}
      wide={wide ?? false}
    >
      <select
        id={id}
        className="input"
        aria-invalid={note?.tone === 'wrong' || undefined}
        aria-describedby={described(id, hint)}
        {...input}
      >
        {children}
      </select>
    </FieldFrame>
  );
}

export interface Choice<T extends string> {
  value: T;
  label: ReactNode;
  hint?: ReactNode;
  tone?: 'red' | 'amber';
}

/** A few exclusive answers, all visible: one press instead of a list that must be opened. */
export function Choices<T extends string>({
  legend,
  value,
  options,
  onChange,
  disabled,
}: {
  legend: ReactNode;
  value: T | null;
  options: Choice<T>[];
  onChange: (value: T) => void;
  disabled?: boolean;
}) {
  const name = useId();
  return (
    <fieldset className="fieldset" disabled={disabled}>
      <legend>{legend}</legend>
      <div className="choices">
        {options.map((option) => {
          const on = option.value === value;
          const tone = option.tone ? ` choice-${option.tone}` : '';
          return (
            <label key={option.value} className={`choice${on ? ' choice-on' : ''}${tone}`}>
              <input
                type="radio"
                name={name}
                value={option.value}
                checked={on}
                onChange={() => onChange(option.value)}
              />
              <span>
                {option.label}
                {option.hint && <span className="choice-hint">{option.hint}</span>}
              </span>
            </label>
          );
        })}
      </div>
    </fieldset>
  );
}

export function Check({
  children,
  ...input
}: { children: ReactNode } & Omit<InputHTMLAttributes<HTMLInputElement>, 'type'>) {
  return (
    <label className="check">
      <input type="checkbox" {...input} />
      <span>{children}</span>
    </label>
  );
}
