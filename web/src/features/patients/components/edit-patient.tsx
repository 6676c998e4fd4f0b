// Editing a patient. When somebody else has saved meanwhile (412), nothing typed is lost: fields that both changed are
// shown side by side, and one chooses.

import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { Patient, PatientInput } from '@/lib/contract';
import { dayOf } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { type Collision, changesOf, collisions, faults, fieldsOf } from '@/lib/patient-fields';
import { asProblem, type Problem } from '@/lib/problem';
import { changePatient, patientQuery } from '@/lib/queries/patients';
import { PatientFormFields } from '@/parts/patient-form';
import { Banner, ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { toast } from '@/ui/toast';

interface Conflict {
  current: Patient;
  items: Collision[];
  mine: Partial<PatientInput>;
}

export function EditPatient({ patient, onClose }: { patient: Patient; onClose: () => void }) {
  const { t } = useTranslation('patients');
  const common = useTranslation();
  const client = useQueryClient();
  // What the editing began from; the page behind may be renewed meanwhile by an event.
  const [base, setBase] = useState(patient);
  const [fields, setFields] = useState(() => fieldsOf(patient));
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const wrong = faults(fields, dayOf(clock.now()), base.identity.kind);

  async function send(version: number, changes: Partial<PatientInput>) {
    setBusy(true);
    setProblem(null);
    try {
      const saved = await changePatient(base.id, version, changes);
      client.setQueryData(patientQuery(base.id).queryKey, saved);
      void client.invalidateQueries({ queryKey: ['patient', 'list'] });
      toast(t('saved'));
      onClose();
    } catch (error) {
      const refused = asProblem(error);
      const current = refused.body.current as Patient | undefined;
      if (refused.status === 412 && current) {
        client.setQueryData(patientQuery(base.id).queryKey, current);
        setConflict({ current, items: collisions(base, current, changes), mine: changes });
      } else {
        setConflict(null);
        setProblem(refused);
      }
    } finally {
      setBusy(false);
    }
  }

  function save() {
    setTried(true);
    if (Object.keys(wrong).length > 0) return;
    const changes = changesOf(base, fields);
    if (Object.keys(changes).length === 0) return onClose();
    void send(base.version, changes);
  }

  if (conflict) {
    return (
      <ConflictDialog
        conflict={conflict}
        busy={busy}
        onCancel={() => {
          setBase(conflict.current);
          setConflict(null);
        }}
        onSave={(changes) => {
          if (Object.keys(changes).length === 0) return onClose();
          setBase(conflict.current);
          void send(conflict.current.version, changes);
        }}
      />
    );
  }
  return (
    <Dialog
      wide
      title={t('editTitle')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{common.t('cancel')}</Button>
          <Button look="primary" busy={busy} onClick={save}>
            {t('save')}
          </Button>
        </>
      }
    >
      {problem && !problem.field && (
        <div style={{ marginBottom: 16 }}>
          <ProblemBanner error={problem} />
        </div>
      )}
      <PatientFormFields
        value={fields}
        onChange={setFields}
        faults={tried ? wrong : {}}
        problem={problem}
        masked={{ number: base.identity.masked, phone: base.phone_masked }}
      />
    </Dialog>
  );
}

const LABELS: Record<
  Collision['field'],
  'name' | 'sexLabel' | 'birthDate' | 'identity' | 'phone' | 'address'
> = {
  name: 'name',
  sex: 'sexLabel',
  birth_date: 'birthDate',
  identity: 'identity',
  phone: 'phone',
  address: 'address',
};

function ConflictDialog({
  conflict,
  busy,
  onSave,
  onCancel,
}: {
  conflict: Conflict;
  busy: boolean;
  onSave: (changes: Partial<PatientInput>) => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation('patients');
  const common = useTranslation();
  const [keepTheirs, setKeepTheirs] = useState<ReadonlySet<string>>(new Set());

  function shown(item: Collision, value: string | null): string {
    if (value === null || value === '') return t('empty');
    if (item.field === 'sex') return common.t(`sex.${value as 'male'}`);
    return value;
  }
  function choose(field: string, theirs: boolean) {
    const next = new Set(keepTheirs);
    if (theirs) next.add(field);
    else next.delete(field);
    setKeepTheirs(next);
  }
  function save() {
    onSave(Object.fromEntries(Object.entries(conflict.mine).filter(([field]) => !keepTheirs.has(field))));
  }
  return (
    <Dialog
      wide
      title={t('conflictTitle')}
      footer={
        <>
          <Button onClick={onCancel}>{common.t('back')}</Button>
          <Button look="primary" busy={busy} onClick={save}>
            {t('conflictSave')}
          </Button>
        </>
      }
    >
      <div className="stack">
        <Banner tone="amber">{conflict.items.length > 0 ? t('conflictText') : t('conflictNone')}</Banner>
        {conflict.items.map((item) => (
          <fieldset className="fieldset" key={item.field}>
            <legend>{t(LABELS[item.field])}</legend>
            <div className="choices">
              {[true, false].map((theirs) => {
                const on = keepTheirs.has(item.field) === theirs;
                return (
                  <label key={String(theirs)} className={on ? 'choice choice-on' : 'choice'}>
                    <input
                      type="radio"
                      name={item.field}
                      checked={on}
                      onChange={() => choose(item.field, theirs)}
                    />
                    <span>
                      {shown(item, theirs ? item.theirs : item.mine)}
                      <span className="choice-hint">{theirs ? t('conflictTheirs') : t('conflictMine')}</span>
                    </span>
                  </label>
                );
              })}
            </div>
          </fieldset>
        ))}
      </div>
    </Dialog>
  );
}
