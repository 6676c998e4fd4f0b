import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '@/lib/i18n';
import { organisationsQuery } from '@/lib/queries/directory';
import { SelectField, TextArea } from '@/ui/field';
import { FormDialog } from './form-dialog';
import type { RowDialogProps } from './leg-commands';

/** To a third organisation, with a hand-over note; an emergency stays ours until they have accepted. */
export function RedirectDialog({ leg, busy, error, onClose, onSend }: RowDialogProps) {
  const { t } = useTranslation('referrals');
  const common = useTranslation();
  const organisations = useQuery(organisationsQuery);
  const [to, setTo] = useState('');
  const [department, setDepartment] = useState('');
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const wrong = { tone: 'wrong', text: common.t('required') } as const;
  const hosts = (organisations.data?.items ?? []).filter(
    (one) => one.id !== leg.to?.id && one.id !== leg.from.id && one.level !== 'village_clinic',
  );
  const chosen = hosts.find((one) => one.id === to);

  function submit() {
    setTried(true);
    if (to && note.trim())
      onSend({ to_organisation_id: to, to_department_id: department || null, note: note.trim() });
  }
  return (
    <FormDialog
      title={`${t('command.redirect')} · ${leg.patient.name}`}
      action={t('command.redirect')}
      busy={busy}
      error={error ?? organisations.error}
      onClose={onClose}
      onSubmit={submit}
    >
      {leg.urgency === 'emergency' && <p className="soft">{t('redirect.emergency')}</p>}
      <SelectField
        label={t('toLabel')}
        value={to}
        onChange={(event) => {
          setTo(event.target.value);
          setDepartment('');
        }}
        note={tried && !to ? wrong : null}
      >
        <option value="">{t('choose')}</option>
        {hosts.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
          </option>
        ))}
      </SelectField>
      <SelectField
        label={t('departmentLabel')}
        optional
        value={department}
        disabled={!chosen || chosen.departments.length === 0}
        onChange={(event) => setDepartment(event.target.value)}
      >
        <option value="">{t('anyDepartment')}</option>
        {chosen?.departments.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
          </option>
        ))}
      </SelectField>
      <TextArea
        label={t('redirect.note')}
        rows={3}
        value={note}
        onChange={(event) => setNote(event.target.value)}
        note={tried && !note.trim() ? wrong : null}
      />
    </FormDialog>
  );
}
