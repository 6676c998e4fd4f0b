import { useQuery } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { useTranslation } from '@/lib/i18n';
import { consultQuery } from '@/lib/queries/consults';
import { organisationsQuery } from '@/lib/queries/directory';
import { EMPTY_QUEUE, totals } from '@/lib/uploads/queue';
import type { UploadRunner } from '@/lib/uploads/runner';
import { ConsultKind, ConsultUrgencyMark } from '@/parts/consult-status';
import { Banner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Choices } from '@/ui/field';
import type { ConsultDraft, Missing } from '../api/draft';

const nobody = () => () => undefined;
const nothing = () => EMPTY_QUEUE;

export function ConfirmStep({
  draft,
  runner,
  onChange,
  onEdit,
  gaps,
}: {
  draft: ConsultDraft;
  runner: UploadRunner | null;
  onChange: (change: Partial<ConsultDraft>) => void;
  onEdit: (step: number) => void;
  gaps: Missing[];
}) {
  const { t } = useTranslation('consults');
  const common = useTranslation();
  const organisations = useQuery(organisationsQuery);
  const consult = useQuery(consultQuery(draft.id));
  const queue = useSyncExternalStore(runner?.subscribe ?? nobody, runner?.snapshot ?? nothing);
  const { failed } = totals(queue);
  const invited = organisations.data?.items.find((one) => one.id === draft.organisationId);
  const department = invited?.departments.find((one) => one.id === draft.departmentId);
  const studies = consult.data?.studies ?? [];
  const edit = (step: number) => (
    <Button look="quiet" icon="edit" onClick={() => onEdit(step)}>
      {common.t('edit')}
    </Button>
  );
  return (
    <div className="card-body stack">
      <div className="spread">
        <span className="row">
          <ConsultUrgencyMark urgency={draft.urgency} />
          <ConsultKind type={draft.type} />
        </span>
      </div>
      <div className="review">
        <dl className="facts">
          <dt>{t('invitedLabel')}</dt>
          <dd>
            {invited?.name}
            {department && ` · ${department.name}`}
          </dd>
          <dt>{t('modeLabel')}</dt>
          <dd>{t(`mode.${draft.mode}`)}</dd>
          <dt>{t('questionLabel')}</dt>
          <dd>{draft.question}</dd>
          <dt>{t('summaryLabel')}</dt>
          <dd>{draft.summary}</dd>
        </dl>
        {edit(1)}
      </div>
      <div className="review">
        <dl className="facts">
          <dt>{t('step.files')}</dt>
          <dd>
            {studies.length === 0
              ? t('noStudies')
              : studies
                  .map((study) => `${study.modalities.join('+')} ${study.description} (${study.instances})`)
                  .join('\n')}
          </dd>
        </dl>
        {edit(2)}
      </div>
      {failed > 0 && <Banner tone="amber">{t('someFailed', { count: failed })}</Banner>}
      {studies.length === 0 && (draft.type === 'imaging' || draft.type === 'ecg') && (
        <Banner tone="amber">{t('noStudiesHint')}</Banner>
      )}
      <div>
        <Choices
          legend={t('consentLabel')}
          value={draft.consent}
          onChange={(consent) => onChange({ consent })}
          options={[
            { value: 'written', label: t('consent.written'), hint: t('consentHint.written') },
            ...(draft.urgency === 'critical'
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
