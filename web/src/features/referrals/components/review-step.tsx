import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '@/lib/i18n';
import { organisationsQuery } from '@/lib/queries/directory';
import { DirectionMark, LegUrgencyMark } from '@/parts/leg-status';
import { Button } from '@/ui/button';
import { Choices } from '@/ui/field';
import type { Missing, ReferralDraft } from '../api/draft';
import { FormFacts } from './form-facts';
import './referrals.css';

export function ReviewStep({
  draft,
  onChange,
  onEdit,
  gaps,
}: {
  draft: ReferralDraft;
  onChange: (change: Partial<ReferralDraft>) => void;
  onEdit: (step: number) => void;
  gaps: Missing[];
}) {
  const { t } = useTranslation('referrals');
  const common = useTranslation();
  const organisations = useQuery(organisationsQuery);
  const to = organisations.data?.items.find((one) => one.id === draft.organisationId);
  const department = to?.departments.find((one) => one.id === draft.departmentId);
  const edit = (step: number) => (
    <Button look="quiet" icon="edit" onClick={() => onEdit(step)}>
      {common.t('edit')}
    </Button>
  );
  return (
    <div className="card-body stack">
      <div className="spread">
        <LegUrgencyMark urgency={draft.urgency} always />
      </div>
      <div className="review">
        <dl className="facts">
          <dt>{t('toLabel')}</dt>
          <dd>
            {to?.name}
            {department && ` · ${department.name}`}
          </dd>
          <dt>{t('directionLabel')}</dt>
          <dd>
            <DirectionMark direction={draft.direction} />
          </dd>
        </dl>
        {edit(1)}
      </div>
      <div className="review">
        <FormFacts form={draft.form} />
        {edit(2)}
      </div>
      <div>
        <Choices
          legend={t('consentLabel')}
          value={draft.consent}
          onChange={(consent) => onChange({ consent })}
          options={[
            { value: 'written', label: t('consent.written'), hint: t('consentHint.written') },
            ...(draft.urgency === 'emergency'
              ? [
                  {
                    value: 'emergency_pending' as const,
                    label: t('consent.emergency_pending'),
                    hint: t('consentHint.emergency_pending'),
                    tone: 'red' as const,
                  },
                ]
              : []),
          ]}
        />
        <span className="field-note field-note-wrong" role={gaps.includes('consent') ? 'alert' : undefined}>
          {gaps.includes('consent') && t('gap.consent')}
        </span>
      </div>
    </div>
  );
}
