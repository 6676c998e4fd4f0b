// What can be said of a follow-up: what was found, that nobody was reached, another day, that it is not needed.

import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { FollowUp } from '@/lib/contract';
import { dayOf, fromLocalInput, toLocalInput } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { asProblem } from '@/lib/problem';
import { useFollowUpCommand } from '@/lib/queries/follow-ups';
import { ProblemBanner, useProblemText } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { type Note, TextArea, TextField } from '@/ui/field';
import { toast } from '@/ui/toast';

export type FollowUpCommand = 'done' | 'not_reached' | 'reschedule' | 'cancel';

const SAVED = {
  done: 'result.saved',
  not_reached: 'notReached.saved',
  reschedule: 'reschedule.saved',
  cancel: 'cancel.saved',
} as const;
const HOUR = 3_600_000;

interface Said {
  systolic: string;
  diastolic: string;
  glucose: string;
  text: string;
  tries: { at: string; note: string }[];
  dueOn: string;
  reason: string;
}
type Change = (change: Partial<Said>) => void;
type NoteOf = (field: string) => Note | null;

/** A number as people type it; `null` for nothing, `NaN` for what is none. */
const number = (text: string) => (text.trim() === '' ? null : Number(text.trim().replace('，', '.')));

function bodyOf(command: FollowUpCommand, said: Said): unknown {
  switch (command) {
    case 'done':
      return {
        systolic: number(said.systolic),
        diastolic: number(said.diastolic),
        glucose: number(said.glucose),
        text: said.text.trim(),
      };
    case 'not_reached':
      return {
        attempts: said.tries.map((one) => ({
          at: new Date(fromLocalInput(one.at)).toISOString(),
          note: one.note.trim(),
        })),
      };
    case 'reschedule':
      return { due_on: said.dueOn, reason: said.reason.trim() };
    case 'cancel':
      return { reason: said.reason.trim() };
  }
}

/** The field that still lacks something, by its name in the body. */
function lacking(command: FollowUpCommand, said: Said): string | null {
  if (command === 'done') {
    if ([said.systolic, said.diastolic].some((text) => !Number.isInteger(number(text) ?? 0)))
      return 'systolic';
    if (Number.isNaN(number(said.glucose) ?? 0)) return 'glucose';
    return [said.systolic, said.glucose, said.text].every((text) => !text.trim()) ? 'text' : null;
  }
  if (command === 'not_reached') {
    const bad = said.tries.findIndex((one) => Number.isNaN(fromLocalInput(one.at)) || !one.note.trim());
    return bad < 0 ? null : `attempts.${bad}`;
  }
  if (command === 'reschedule') return said.dueOn ? null : 'due_on';
  return said.reason.trim() ? null : 'reason';
}

export function FollowUpDialog({
  command,
  one,
  onClose,
}: {
  command: FollowUpCommand;
  one: FollowUp;
  onClose: () => void;
}) {
  const { t } = useTranslation('followUp');
  const common = useTranslation();
  const problemText = useProblemText();
  const send = useFollowUpCommand(one);
  const [tried, setTried] = useState(false);
  const [said, setSaid] = useState<Said>(() => ({
    systolic: '',
    diastolic: '',
    glucose: '',
    text: '',
    tries: [HOUR, 60_000].map((ago) => ({ at: toLocalInput(clock.now() - ago), note: '' })),
    dueOn: dayOf(clock.now() + 7 * 24 * HOUR),
    reason: '',
  }));
  const problem = send.error ? asProblem(send.error) : null;
  const lacks = lacking(command, said);
  const change: Change = (next) => {
    setSaid({ ...said, ...next });
    if (send.error) send.reset();
  };
  const noteOf: NoteOf = (field) => {
    if (tried && lacks === field) return { tone: 'wrong', text: common.t('required') };
    if (problem?.field === field) return { tone: 'wrong', text: problemText(problem) };
    return null;
  };
  function submit() {
    setTried(true);
    if (lacks !== null) return;
    send.mutate(
      { name: command, body: bodyOf(command, said) },
      {
        onSuccess: () => {
          toast(t(SAVED[command]));
          onClose();
        },
      },
    );
  }
  const props = { said, change, noteOf };
  return (
    <Dialog
      title={`${one.patient.name} · ${t(command === 'done' ? 'result.title' : `command.${command}`)}`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{common.t('cancel')}</Button>
          <Button
            look={command === 'cancel' ? 'danger-solid' : 'primary'}
            busy={send.isPending}
            onClick={submit}
          >
            {t(command === 'done' ? 'result.save' : `command.${command}`)}
          </Button>
        </>
      }
    >
      <form
        className="stack-small"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {problem && noteOf(problem.field ?? '') === null && <ProblemBanner error={problem} />}
        {command === 'done' && <Done {...props} />}
        {command === 'not_reached' && <NotReached {...props} />}
        {command === 'reschedule' && <Reschedule {...props} />}
        {command === 'cancel' && (
          <TextArea
            label={t('cancel.reason')}
            rows={3}
            maxLength={2000}
            value={said.reason}
            note={noteOf('reason')}
            onChange={(event) => change({ reason: event.target.value })}
          />
        )}
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

interface Fields {
  said: Said;
  change: Change;
  noteOf: NoteOf;
}

function Done({ said, change, noteOf }: Fields) {
  const { t } = useTranslation('followUp');
  const units = { systolic: 'mmHg', diastolic: 'mmHg', glucose: 'mmol/L' } as const;
  return (
    <>
      <div className="follow-up-numbers">
        {(['systolic', 'diastolic', 'glucose'] as const).map((field) => (
          <TextField
            key={field}
            label={
              <>
                {t(`result.${field}`)} <span className="field-optional">{units[field]}</span>
              </>
            }
            inputMode="decimal"
            autoComplete="off"
            maxLength={6}
            value={said[field]}
            note={noteOf(field)}
            onChange={(event) => change({ [field]: event.target.value })}
          />
        ))}
      </div>
      <TextArea
        label={t('result.text')}
        hint={t('result.textHint')}
        rows={3}
        maxLength={4000}
        value={said.text}
        note={noteOf('text')}
        onChange={(event) => change({ text: event.target.value })}
      />
    </>
  );
}

function NotReached({ said, change, noteOf }: Fields) {
  const { t } = useTranslation('followUp');
  const set = (index: number, next: Partial<Said['tries'][number]>) =>
    change({ tries: said.tries.map((one, at) => (at === index ? { ...one, ...next } : one)) });
  return (
    <>
      <p className="soft">{t('notReached.lead')}</p>
      {said.tries.map((one, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: attempts have no other name
        <div key={index} className="stack-small">
          <TextField
            label={t('notReached.at', { count: index + 1 })}
            type="datetime-local"
            value={one.at}
            onChange={(event) => set(index, { at: event.target.value })}
          />
          <TextField
            label={t('notReached.note', { count: index + 1 })}
            hint={t('notReached.noteHint')}
            maxLength={500}
            value={one.note}
            note={noteOf(`attempts.${index}`)}
            onChange={(event) => set(index, { note: event.target.value })}
          />
        </div>
      ))}
    </>
  );
}

function Reschedule({ said, change, noteOf }: Fields) {
  const { t } = useTranslation('followUp');
  return (
    <>
      <TextField
        label={t('reschedule.due')}
        type="date"
        value={said.dueOn}
        note={noteOf('due_on')}
        onChange={(event) => change({ dueOn: event.target.value })}
      />
      <TextField
        label={t('reschedule.reason')}
        optional
        maxLength={500}
        value={said.reason}
        onChange={(event) => change({ reason: event.target.value })}
      />
    </>
  );
}
