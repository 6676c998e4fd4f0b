import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { LegUrgency, ResourceKind } from '@/lib/contract';
import { fromLocalInput, toLocalInput } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { Choices, TextField } from '@/ui/field';
import { FormDialog } from './form-dialog';
import type { RowDialogProps } from './leg-commands';

const KINDS: ResourceKind[] = ['bed', 'slot', 'bay', 'not_needed'];
const HOUR = 3_600_000;
/** How long a place is held for somebody who is on the way. */
const HELD_FOR: Record<LegUrgency, number> = { emergency: 4 * HOUR, urgent: 12 * HOUR, routine: 48 * HOUR };

/** A bed, a slot or a bay is held until a time and releases itself then; "no bed needed" holds nothing. */
export function ReserveDialog({ leg, busy, error, onClose, onSend }: RowDialogProps) {
  const { t } = useTranslation('desk');
  const common = useTranslation();
  const [kind, setKind] = useState<ResourceKind>('bed');
  const [resource, setResource] = useState('');
  const [until, setUntil] = useState(() => toLocalInput(clock.now() + HELD_FOR[leg.urgency]));
  const [tried, setTried] = useState(false);
  const wrong = { tone: 'wrong', text: common.t('required') } as const;
  const at = fromLocalInput(until);
  const held = kind !== 'not_needed';

  function submit() {
    setTried(true);
    if (!held) return onSend({ kind, resource: '', hold_until: null });
    if (resource.trim() && !Number.isNaN(at)) {
      onSend({ kind, resource: resource.trim(), hold_until: new Date(at).toISOString() });
    }
  }
  return (
    <FormDialog
      title={[t('reserve.title'), leg.patient.name, leg.to_department?.name].filter(Boolean).join(' · ')}
      action={t('reserve.action')}
      busy={busy}
      error={error}
      onClose={onClose}
      onSubmit={submit}
    >
      <Choices
        legend={t('reserve.kind')}
        value={kind}
        onChange={setKind}
        options={KINDS.map((one) => ({ value: one, label: t(`reserve.kinds.${one}`) }))}
      />
      {held && (
        <>
          <TextField
            label={t('reserve.resource')}
            hint={t('reserve.resourceHint')}
            value={resource}
            autoComplete="off"
            maxLength={60}
            onChange={(event) => setResource(event.target.value)}
            note={tried && !resource.trim() ? wrong : null}
          />
          <TextField
            label={t('reserve.until')}
            hint={t('reserve.untilHint')}
            type="datetime-local"
            value={until}
            onChange={(event) => setUntil(event.target.value)}
            note={tried && Number.isNaN(at) ? wrong : null}
          />
        </>
      )}
    </FormDialog>
  );
}
