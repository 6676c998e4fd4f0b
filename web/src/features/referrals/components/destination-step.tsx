import { useQuery } from '@tanstack/react-query';
import type { LegUrgency, Organisation, ReferralReason } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { organisationsQuery } from '@/lib/queries/directory';
import { useMe } from '@/lib/session';
import { Banner } from '@/ui/banner';
import { Choices, SelectField } from '@/ui/field';
import { Loaded } from '@/ui/states';
import { directionBetween } from '../api/direction';
import type { Missing, ReferralDraft } from '../api/draft';
import { SuggestionCards } from './suggestion-cards';
import { TemplateChips } from './template-chips';

const URGENCIES: LegUrgency[] = ['emergency', 'urgent', 'routine'];
const REASONS: ReferralReason[] = [
  'unclear_or_capability',
  'critical',
  'stable_for_lower',
  'patient_wish',
  'other',
];

/** Those with an agreement first, then those outside, to whom one may send without; last those to whom one cannot. */
const UNREACHED = 2;
function rank(one: Organisation): number {
  if (one.agreements.referral && !one.without_account) return 0;
  return one.without_account ? 1 : UNREACHED;
}

/** Urgency first; then where to. The direction follows from the levels of the two organisations. */
export function DestinationStep({
  draft,
  onChange,
  gaps,
}: {
  draft: ReferralDraft;
  onChange: (change: Partial<ReferralDraft>) => void;
  gaps: Missing[];
}) {
  const { t } = useTranslation('referrals');
  const packages = useTranslation('packages');
  const me = useMe();
  const organisations = useQuery(organisationsQuery);

  function choose(all: Organisation[], id: string, department?: string) {
    const from = all.find((one) => one.id === me.position.organisation.id);
    const to = all.find((one) => one.id === id);
    const direction = from && to ? directionBetween(from.level, to.level) : draft.direction;
    // A leg that an outcome drafted keeps the direction that the outcome gave it.
    const departments = to?.departments ?? [];
    onChange({
      organisationId: id,
      // A lone department needs no choosing.
      departmentId: department || (departments.length === 1 ? (departments[0]?.id ?? '') : ''),
      departments: departments.length > 0,
      ...(draft.caseId ? {} : { direction }),
    });
  }
  return (
    <div className="card-body stack">
      <TemplateChips draft={draft} onChange={onChange} />
      <Choices
        legend={t('urgencyLabel')}
        value={draft.urgency}
        onChange={(urgency) => onChange({ urgency })}
        options={URGENCIES.map((urgency) => ({
          value: urgency,
          label: t(`urgency.${urgency}`),
          hint: t(`urgencyHint.${urgency}`),
          ...(urgency === 'emergency'
            ? { tone: 'red' as const }
            : urgency === 'urgent'
              ? { tone: 'amber' as const }
              : {}),
        }))}
      />
      {draft.urgency === 'emergency' && <Banner tone="red">{t('emergencyNote')}</Banner>}
      <Loaded query={organisations}>
        {(page) => {
          const hosts = page.items
            .filter((one) => one.id !== me.position.organisation.id)
            .sort((a, b) => rank(a) - rank(b));
          const chosen = hosts.find((one) => one.id === draft.organisationId);
          return (
            <>
              <SuggestionCards
                draft={draft}
                onChange={onChange}
                onPick={(organisation, department) => choose(page.items, organisation, department)}
              />
              <div className="form-grid">
                <SelectField
                  label={t('toLabel')}
                  value={draft.organisationId}
                  note={
                    gaps.includes('organisationId') ? { tone: 'wrong', text: t('gap.organisationId') } : null
                  }
                  onChange={(event) => choose(page.items, event.target.value)}
                >
                  <option value="">{t('choose')}</option>
                  {hosts.map((one) => (
                    <option
                      key={one.id}
                      value={one.id}
                      disabled={rank(one) === UNREACHED && draft.urgency !== 'emergency'}
                    >
                      {one.without_account
                        ? packages.t('external.option', { name: one.name })
                        : one.agreements.referral
                          ? one.name
                          : t('noAgreement', { name: one.name })}
                    </option>
                  ))}
                </SelectField>
                <SelectField
                  label={t('departmentLabel')}
                  optional={draft.urgency === 'emergency'}
                  note={gaps.includes('departmentId') ? { tone: 'wrong', text: t('gap.departmentId') } : null}
                  value={draft.departmentId}
                  disabled={!chosen || chosen.departments.length === 0}
                  onChange={(event) => onChange({ departmentId: event.target.value })}
                >
                  <option value="">{draft.urgency === 'emergency' ? t('anyDepartment') : t('choose')}</option>
                  {chosen?.departments.map((department) => (
                    <option key={department.id} value={department.id}>
                      {department.name}
                    </option>
                  ))}
                </SelectField>
                {chosen?.without_account && (
                  <div className="form-wide">
                    <Banner tone="blue">{packages.t('external.explain')}</Banner>
                  </div>
                )}
              </div>
            </>
          );
        }}
      </Loaded>
      <Choices
        legend={t('reasonLabel')}
        value={draft.form.reason}
        onChange={(reason) => onChange({ form: { ...draft.form, reason } })}
        options={REASONS.map((reason) => ({ value: reason, label: t(`reason.${reason}`) }))}
      />
    </div>
  );
}
