import { useQuery } from '@tanstack/react-query';
import type { ConsultType, ConsultUrgency, Mode } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import type { Problem } from '@/lib/problem';
import { organisationsQuery } from '@/lib/queries/directory';
import { useMe } from '@/lib/session';
import { Choices, type Note, SelectField, TextArea } from '@/ui/field';
import { Loaded } from '@/ui/states';
import type { ConsultDraft, Missing } from '../api/draft';

const URGENCIES: ConsultUrgency[] = ['critical', 'urgent', 'routine'];
const TYPES: ConsultType[] = ['imaging', 'ecg', 'comprehensive', 'pathology'];
const MODES: Mode[] = ['asynchronous', 'live'];

/** How urgent it is comes first: everything else may wait for it. */
export function CaseStep({
  draft,
  onChange,
  gaps,
  problem,
}: {
  draft: ConsultDraft;
  onChange: (change: Partial<ConsultDraft>) => void;
  gaps: Missing[];
  problem: Problem | null;
}) {
  const { t } = useTranslation('consults');
  const me = useMe();
  const organisations = useQuery(organisationsQuery);
  const note = (field: Missing): Note | null =>
    gaps.includes(field) || problem?.field === field ? { tone: 'wrong', text: t(`gap.${field}`) } : null;

  return (
    <div className="card-body stack">
      <Choices
        legend={t('urgencyLabel')}
        value={draft.urgency}
        onChange={(urgency) => onChange({ urgency })}
        options={URGENCIES.map((urgency) => ({
          value: urgency,
          label: t(`urgency.${urgency}`),
          hint: t(`urgencyHint.${urgency}`),
          ...(urgency === 'critical'
            ? { tone: 'red' as const }
            : urgency === 'urgent'
              ? { tone: 'amber' as const }
              : {}),
        }))}
      />
      <Choices
        legend={t('typeLabel')}
        value={draft.type}
        onChange={(type) => onChange({ type })}
        options={TYPES.map((type) => ({ value: type, label: t(`type.${type}`) }))}
      />
      <Choices
        legend={t('modeLabel')}
        value={draft.mode}
        onChange={(mode) => onChange({ mode })}
        options={MODES.map((mode) => ({
          value: mode,
          label: t(`mode.${mode}`),
          hint: t(`modeHint.${mode}`),
        }))}
      />
      <Loaded query={organisations}>
        {(page) => {
          const hosts = page.items
            .filter((one) => one.id !== me.position.organisation.id && one.level !== 'village_clinic')
            .sort((a, b) => Number(b.agreements.consult) - Number(a.agreements.consult));
          const chosen = hosts.find((one) => one.id === draft.organisationId);
          return (
            <div className="form-grid">
              <SelectField
                label={t('invitedLabel')}
                value={draft.organisationId}
                note={note('organisationId')}
                onChange={(event) => onChange({ organisationId: event.target.value, departmentId: '' })}
              >
                <option value="">{t('choose')}</option>
                {hosts.map((one) => (
                  <option key={one.id} value={one.id} disabled={!one.agreements.consult}>
                    {one.agreements.consult ? one.name : t('noAgreement', { name: one.name })}
                  </option>
                ))}
              </SelectField>
              <SelectField
                label={t('departmentLabel')}
                optional
                value={draft.departmentId}
                disabled={!chosen || chosen.departments.length === 0}
                onChange={(event) => onChange({ departmentId: event.target.value })}
              >
                <option value="">{t('anyDepartment')}</option>
                {chosen?.departments.map((department) => (
                  <option key={department.id} value={department.id}>
                    {department.name}
                  </option>
                ))}
              </SelectField>
            </div>
          );
        }}
      </Loaded>
      <TextArea
        label={t('questionLabel')}
        hint={t('questionHint')}
        value={draft.question}
        maxLength={2000}
        rows={3}
        note={note('question')}
        onChange={(event) => onChange({ question: event.target.value })}
      />
      <TextArea
        label={t('summaryLabel')}
        hint={t('summaryHint')}
        value={draft.summary}
        maxLength={8000}
        rows={7}
        note={note('summary')}
        onChange={(event) => onChange({ summary: event.target.value })}
      />
    </div>
  );
}
