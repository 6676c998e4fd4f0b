// Asking for emergency access: whose record, why, for how long; and what follows from it, said before it is pressed.

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useRef, useState } from 'react';
import { clock } from '@/lib/clock';
import type { BreakGlass, BreakGlassInput, Page } from '@/lib/contract';
import { dayOf } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { asProblem, problemKey } from '@/lib/problem';
import { breakGlass, openGlassesQuery } from '@/lib/queries/break-glass';
import { uuidv7 } from '@/lib/uuid';
import { Banner, ProblemBanner, useProblemText } from '@/ui/banner';
import { Button, ButtonLink } from '@/ui/button';
import { Choices, type Note, TextArea, TextField } from '@/ui/field';
import { toast } from '@/ui/toast';
import '../glass.css';
import { type Asked, type AskedField, emptyAsked, faults, inputOf, MINUTES, REASONS } from '../asked';

export function BreakGlassPage() {
  const { t } = useTranslation('glass');
  const { q = '' } = useSearch({ from: '/shell/break-glass/new' });
  return (
    <div className="page" style={{ maxWidth: 820 }}>
      <div className="page-head">
        <h1>{t('title')}</h1>
        <ButtonLink to="/break-glass/mine" icon="list">
          {t('own')}
        </ButtonLink>
      </div>
      <div className="stack">
        <Banner tone="amber">
          <strong>{t('warning')}</strong>
          <ul className="glass-warning">
            <li>{t('warningTold')}</li>
            <li>{t('warningRecorded')}</li>
            <li>{t('warningReadOnly')}</li>
          </ul>
        </Banner>
        <AskForm q={q} />
      </div>
    </div>
  );
}

function AskForm({ q }: { q: string }) {
  const { t } = useTranslation('glass');
  const common = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const problemText = useProblemText();
  const [asked, setAsked] = useState(() => emptyAsked(q));
  const [tried, setTried] = useState(false);
  const today = dayOf(clock.now());
  const wrong = faults(asked, today);
  const nameIt = useSameIdForTheSame();

  const open = useMutation({
    mutationFn: breakGlass,
    onSuccess: (glass, asked) => {
      if (glass.id !== asked.id) toast(t('already', { name: glass.patient.name }));
      client.setQueryData<Page<BreakGlass>>(openGlassesQuery.queryKey, (before) => ({
        items: [...(before?.items ?? []).filter((other) => other.id !== glass.id), glass],
        next: null,
      }));
      void navigate({ to: '/patients/$patientId', params: { patientId: glass.patient.id }, replace: true });
    },
  });
  const refused = open.error ? asProblem(open.error) : null;
  const atNumber = refused?.field === 'resident_id';

  function change(next: Partial<Asked>) {
    open.reset();
    setAsked({ ...asked, ...next });
  }
  function note(field: AskedField): Note | null {
    if (field === 'number' && refused && atNumber) return { tone: 'wrong', text: problemText(refused) };
    const fault = tried ? wrong[field] : undefined;
    return fault ? { tone: 'wrong', text: t(`fault.${fault}`) } : null;
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (Object.keys(wrong).length === 0) open.mutate(nameIt(inputOf(asked)));
  }

  return (
    <form className="card card-body stack" onSubmit={submit} noValidate>
      <Choices
        legend={t('by')}
        value={asked.by}
        options={[
          { value: 'number', label: t('byNumber') },
          { value: 'name', label: t('byName') },
        ]}
        onChange={(by) => change({ by })}
      />
      {asked.by === 'number' ? (
        <TextField
          label={t('number')}
          value={asked.number}
          inputMode="text"
          autoComplete="off"
          maxLength={24}
          onChange={(event) => change({ number: event.target.value })}
          note={note('number')}
        />
      ) : (
        <div className="form-grid">
          <TextField
            label={t('name')}
            hint={t('nameHint')}
            value={asked.name}
            autoComplete="off"
            onChange={(event) => change({ name: event.target.value })}
            note={note('name')}
          />
          <TextField
            label={t('birthDate')}
            hint={t('birthDateHint')}
            type="date"
            max={today}
            value={asked.birthDate}
            onChange={(event) => change({ birthDate: event.target.value })}
            note={note('birthDate')}
          />
        </div>
      )}
      <Choices
        legend={t('reasonLabel')}
        value={asked.reason}
        options={REASONS.map((value) => ({ value, label: t(`reason.${value}`) }))}
        onChange={(reason) => change({ reason })}
      />
      {note('reason') && <FaultLine note={note('reason')} />}
      <TextArea
        label={t('explanation')}
        hint={t('explanationHint')}
        rows={3}
        maxLength={1000}
        value={asked.explanation}
        onChange={(event) => change({ explanation: event.target.value })}
        note={note('explanation')}
      />
      <Choices
        legend={t('minutesLabel')}
        value={asked.minutes}
        options={MINUTES.map((value) => ({ value, label: t('minutes', { count: Number(value) }) }))}
        onChange={(minutes) => change({ minutes })}
      />
      {refused && !atNumber && <ProblemBanner error={refused} />}
      {refused && problemKey(refused, () => true) === 'break-glass/patient-ambiguous' && (
        <p>
          <Button look="quiet" onClick={() => change({ by: 'number' })}>
            {t('toNumber')}
          </Button>
        </p>
      )}
      <div className="row glass-do">
        <Button type="submit" look="danger-solid" icon="alert" busy={open.isPending}>
          {t('open')}
        </Button>
        <ButtonLink to="/">{common.t('cancel')}</ButtonLink>
      </div>
    </form>
  );
}

function FaultLine({ note }: { note: Note | null }) {
  return (
    <span className="field-note field-note-wrong" role="alert">
      {note?.text}
    </span>
  );
}

/** Pressed again after a cut line it is the same request, and another one once something else is asked. */
function useSameIdForTheSame(): (input: Omit<BreakGlassInput, 'id'>) => BreakGlassInput {
  const last = useRef({ text: '', id: '' });
  return (input) => {
    const text = JSON.stringify(input);
    if (last.current.text !== text) last.current = { text, id: uuidv7(clock.now()) };
    return { ...input, id: last.current.id };
  };
}
