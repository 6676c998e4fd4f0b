// A plan in the making: what is to be done, until which day, by whom. Alone in a dialog, or as a part of an outcome.

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { FollowUpInput, FollowUpSuggestion, Id } from '@/lib/contract';
import { dayOf } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { planFollowUp } from '@/lib/queries/follow-ups';
import { uuidv7 } from '@/lib/uuid';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { SelectField, TextArea, TextField } from '@/ui/field';
import { toast } from '@/ui/toast';

export type Plan = FollowUpInput;

/** A plan as the server suggests it; the id stays the same however often it is sent. */
export function usePlan(legId: Id, suggestion: FollowUpSuggestion | null) {
  const { t } = useTranslation('followUp');
  const [id] = useState(() => uuidv7());
  const [changed, setChanged] = useState<Partial<Plan>>({});
  const plan: Plan = {
    id,
    leg_id: legId,
    organisation_id: suggestion?.organisations[0]?.id ?? null,
    task: suggestion ? t(`plan.taskDefault.${suggestion.reason}`) : '',
    due_on: suggestion?.due_on ?? null,
    ...changed,
  };
  return { plan, change: (next: Partial<Plan>) => setChanged({ ...changed, ...next }) };
}

export function PlanFields({
  plan,
  suggestion,
  tried,
  onChange,
}: {
  plan: Plan;
  suggestion: FollowUpSuggestion;
  tried: boolean;
  onChange: (change: Partial<Plan>) => void;
}) {
  const { t } = useTranslation('followUp');
  const common = useTranslation();
  const wrong = { tone: 'wrong', text: common.t('required') } as const;
  return (
    <>
      <TextArea
        label={t('plan.task')}
        rows={3}
        maxLength={2000}
        value={plan.task}
        note={tried && !plan.task.trim() ? wrong : null}
        onChange={(event) => onChange({ task: event.target.value })}
      />
      <div className="form-grid">
        <TextField
          label={t('plan.due')}
          hint={t(`plan.dueHint.${suggestion.reason}`)}
          type="date"
          min={dayOf(clock.now())}
          value={plan.due_on ?? ''}
          note={tried && !plan.due_on ? wrong : null}
          onChange={(event) => onChange({ due_on: event.target.value || null })}
        />
        <SelectField
          label={t('plan.who')}
          value={plan.organisation_id ?? ''}
          onChange={(event) => onChange({ organisation_id: event.target.value })}
        >
          {suggestion.organisations.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </SelectField>
      </div>
    </>
  );
}

export function PlanDialog({
  legId,
  suggestion,
  onClose,
}: {
  legId: Id;
  suggestion: FollowUpSuggestion;
  onClose: () => void;
}) {
  const { t } = useTranslation('followUp');
  const common = useTranslation();
  const client = useQueryClient();
  const { plan, change } = usePlan(legId, suggestion);
  const [tried, setTried] = useState(false);
  const send = useMutation({
    mutationFn: () => planFollowUp({ ...plan, task: plan.task.trim() }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['leg', 'list'] });
      void client.invalidateQueries({ queryKey: ['leg', 'one', legId, 'timeline'] });
      toast(t('plan.done'));
      onClose();
    },
  });
  function submit() {
    setTried(true);
    if (plan.task.trim() && plan.due_on) send.mutate();
  }
  return (
    <Dialog
      title={t('plan.title')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{common.t('cancel')}</Button>
          <Button look="primary" busy={send.isPending} onClick={submit}>
            {t('plan.action')}
          </Button>
        </>
      }
    >
      <div className="stack-small">
        {send.error && <ProblemBanner error={send.error} />}
        <PlanFields plan={plan} suggestion={suggestion} tried={tried} onChange={change} />
      </div>
    </Dialog>
  );
}
