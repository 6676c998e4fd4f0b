// Suggested destinations: a short ranked list in which every number is shown, beside the free choice below it.

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { Suggestion } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { rulesQuery, suggestionsQuery } from '@/lib/queries/routing';
import { inLanguage } from '@/lib/rules';
import { useAge } from '@/parts/age-of-figure';
import { Button } from '@/ui/button';
import { SelectField } from '@/ui/field';
import { Icon } from '@/ui/icon';
import type { ReferralDraft } from '../api/draft';
import './routing.css';

const SHORT = 3;

export function SuggestionCards({
  draft,
  onChange,
  onPick,
}: {
  draft: ReferralDraft;
  onChange: (change: Partial<ReferralDraft>) => void;
  onPick: (organisation: string, department: string) => void;
}) {
  const { t, language } = useTranslation('routing');
  const rules = useQuery(rulesQuery).data;
  const template = rules?.templates.find((one) => one.code === draft.template);
  const need = draft.need ?? '';
  const departments = template?.need === need ? template.departments : [];
  const query = useQuery(suggestionsQuery({ need, urgency: draft.urgency, departments }));
  const [all, setAll] = useState(false);
  const needed = rules?.capabilities.find((one) => one.code === need);
  // What may not be asked is no suggestion; an emergency goes anywhere.
  const items = (query.data?.items ?? []).filter((one) => one.agreement || draft.urgency === 'emergency');
  const shown = all ? items : items.slice(0, SHORT);
  return (
    <div className="stack-small">
      {shown.length > 0 && (
        <fieldset className="fieldset" aria-busy={query.isPlaceholderData || undefined}>
          <legend>{t('suggested')}</legend>
          <div className="suggestions">
            {shown.map((one) => (
              <button
                key={one.organisation.id}
                type="button"
                className={
                  draft.organisationId === one.organisation.id ? 'suggestion suggestion-on' : 'suggestion'
                }
                aria-pressed={draft.organisationId === one.organisation.id}
                onClick={() => onPick(one.organisation.id, one.department?.id ?? '')}
              >
                <span className="suggestion-name">
                  <span className="suggestion-rank">{one.rank}</span>
                  <strong>{one.organisation.name}</strong>
                  {one.department && <span className="soft">{one.department.name}</span>}
                  {draft.organisationId === one.organisation.id && <Icon name="check" />}
                </span>
                <Numbers one={one} need={needed ? inLanguage(needed.text, language) : null} />
              </button>
            ))}
          </div>
          {items.length > SHORT && !all && (
            <Button look="quiet" icon="chevronDown" onClick={() => setAll(true)}>
              {t('moreSuggestions', { count: items.length - SHORT })}
            </Button>
          )}
        </fieldset>
      )}
      <SelectField
        label={t('need')}
        optional
        value={need}
        onChange={(event) => onChange({ need: event.target.value })}
      >
        <option value="">{t('needAny')}</option>
        {rules?.capabilities.map((one) => (
          <option key={one.code} value={one.code}>
            {inLanguage(one.text, language)}
          </option>
        ))}
      </SelectField>
    </div>
  );
}

/** 距 23 km · 空床 3（2 小时前）· 值班 王医生 · 平均 12 分钟答复 · 可溶栓 */
function Numbers({ one, need }: { one: Suggestion; need: string | null }) {
  const { t, language } = useTranslation('routing');
  const age = useAge();
  const beds = one.free_beds;
  const facts = [
    need !== null && one.capable !== 'unknown' && t(`capable.${one.capable as 'yes' | 'no'}`, { need }),
    need !== null && one.capable === 'unknown' && t('capable.unknown', { need }),
    one.distance_km === null ? t('distanceUnknown') : t('distance', { km: one.distance_km }),
    beds === null
      ? t('bedsUnknown')
      : t(beds.stale ? 'bedsStale' : 'beds', { count: beds.count, age: age(beds.at, clock.now()) }),
    one.duty[0]
      ? t('duty', {
          name: one.duty.map((person) => person.name).join(language.startsWith('zh') ? '、' : ', '),
        })
      : t('dutyNobody'),
    one.decides === null
      ? t('decidesUnknown')
      : t('decides', { minutes: one.decides.median_minutes, count: one.decides.decisions }),
    one.legs_per_bed === null
      ? t('load', { count: one.open_legs })
      : t('loadPerBed', { count: one.open_legs, beds: one.open_beds ?? 0 }),
    !one.agreement && t('noAgreement'),
  ];
  return (
    <span className="suggestion-facts">
      {facts.filter(Boolean).map((fact) => (
        <span key={String(fact)}>{fact}</span>
      ))}
    </span>
  );
}
