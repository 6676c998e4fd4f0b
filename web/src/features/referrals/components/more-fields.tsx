// What the form knows beside the illness of the day: drugs, warning signs, pregnancy, and what the offices ask for. Folded
// away, so that it is never in the way of somebody in a hurry; open where something is filled in already.

import { useState } from 'react';
import type { Direction, Insurance, ReferralForm, ReferralPapers } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { SelectField, TextArea, TextField } from '@/ui/field';

export const INSURANCES: Insurance[] = ['employee', 'resident', 'commercial', 'self_paid', 'other'];

export function MoreFields({
  form,
  direction,
  onChange,
}: {
  form: ReferralForm;
  direction: Direction;
  onChange: (change: Partial<ReferralForm>) => void;
}) {
  const { t } = useTranslation('referrals');
  const { papers } = form;
  const filled = [form.drugs, form.warning_signs, form.pregnancy, papers.record_number, papers.filing_number];
  // Whoever gets the patient back needs these two before anything else.
  const [open] = useState(() => direction === 'down' || filled.some((text) => text !== ''));
  const set = (change: Partial<ReferralPapers>) => onChange({ papers: { ...papers, ...change } });
  return (
    <details className="more-fields" open={open}>
      <summary>{t('form.papers')}</summary>
      <div className="form-grid">
        <TextArea
          label={t('form.drugs')}
          optional
          rows={3}
          maxLength={4000}
          value={form.drugs}
          onChange={(event) => onChange({ drugs: event.target.value })}
        />
        <TextArea
          label={t('form.warning_signs')}
          optional
          rows={3}
          maxLength={4000}
          value={form.warning_signs}
          onChange={(event) => onChange({ warning_signs: event.target.value })}
        />
        <TextField
          label={t('form.pregnancy')}
          hint={t('form.pregnancyHint')}
          optional
          maxLength={200}
          value={form.pregnancy}
          onChange={(event) => onChange({ pregnancy: event.target.value })}
        />
        <TextField
          label={t('form.record_number')}
          optional
          maxLength={64}
          autoComplete="off"
          value={papers.record_number}
          onChange={(event) => set({ record_number: event.target.value })}
        />
        <SelectField
          label={t('form.insurance')}
          optional
          value={papers.insurance ?? ''}
          onChange={(event) => set({ insurance: (event.target.value || null) as Insurance | null })}
        >
          <option value="">{t('choose')}</option>
          {INSURANCES.map((one) => (
            <option key={one} value={one}>
              {t(`insurance.${one}`)}
            </option>
          ))}
        </SelectField>
        <TextField
          label={t('form.filing_number')}
          optional
          maxLength={64}
          autoComplete="off"
          value={papers.filing_number}
          onChange={(event) => set({ filing_number: event.target.value })}
        />
        <TextField
          label={t('form.filed_until')}
          optional
          type="date"
          value={papers.filed_until ?? ''}
          onChange={(event) => set({ filed_until: event.target.value || null })}
        />
      </div>
    </details>
  );
}
