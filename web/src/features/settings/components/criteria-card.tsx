// Which criteria (转诊指征) and templates are switched on, and the limits of the criteria.

import { useState } from 'react';
import { useTranslation } from '@/lib/i18n';
import { type Condition, type CriteriaSet, type Criterion, inLanguage, type Template } from '@/lib/rules';
import { Check } from '@/ui/field';
import { renumbered } from '../renumber';

const SIGN = { lt: '<', le: '≤', gt: '>', ge: '≥' } as const;

export function CriteriaCard({
  value,
  onChange,
  onWrong,
}: {
  value: CriteriaSet;
  onChange: (value: CriteriaSet) => void;
  onWrong: (field: string, is: boolean) => void;
}) {
  const { t, language } = useTranslation('settings');
  const [standing] = useState(value.items);
  const put = (changed: Criterion) =>
    onChange({ ...value, items: value.items.map((one) => (one.code === changed.code ? changed : one)) });
  return (
    <section className="card" aria-labelledby="settings-criteria">
      <div className="card-head">
        <div>
          <h2 id="settings-criteria">
            {t('criteria.title')}{' '}
            <span className="soft small">{t('criteria.version', { version: value.version })}</span>
          </h2>
          <p className="soft small">{t('criteria.lead')}</p>
        </div>
      </div>
      <ul className="rows">
        {value.items.map((one) => (
          <li key={one.code} className="settings-criterion">
            <Check
              checked={one.active !== false}
              onChange={(event) => put({ ...one, active: event.target.checked })}
            >
              {inLanguage(one.text, language)}
            </Check>
            <span className="settings-limits">
              {one.when.flatMap((all, alternative) =>
                all.map((condition, at) =>
                  'value' in condition ? (
                    <Limit
                      // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no other name than their place
                      key={`${alternative}.${at}`}
                      condition={condition}
                      onChange={(limit) => {
                        onWrong(`${one.code}.${alternative}.${at}`, limit === null);
                        if (limit === null) return;
                        const when = one.when.map((group, g) =>
                          group.map((inner, i) =>
                            g === alternative && i === at ? { ...condition, value: limit } : inner,
                          ),
                        );
                        const before = standing.find((kept) => kept.code === one.code) ?? one;
                        put(renumbered(before, { ...one, when }));
                      }}
                    />
                  ) : null,
                ),
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Limit({
  condition,
  onChange,
}: {
  condition: Extract<Condition, { value: number }>;
  onChange: (limit: number | null) => void;
}) {
  const { t, has } = useTranslation('settings');
  const [text, setText] = useState(String(condition.value));
  const name = 'sign' in condition ? condition.sign : condition.question;
  const key = `limit.${name}`;
  const label = has(key) ? t(key as 'limit.gcs') : name;
  const wrong = !/^\d{1,4}(\.\d{1,2})?$/.test(text.trim());
  return (
    <label className="settings-limit">
      <span className="soft small">
        {label} {SIGN[condition.compare]}
      </span>
      <input
        className="input"
        inputMode="decimal"
        maxLength={7}
        aria-invalid={wrong || undefined}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          const ok = /^\d{1,4}(\.\d{1,2})?$/.test(event.target.value.trim());
          onChange(ok ? Number(event.target.value) : null);
        }}
      />
    </label>
  );
}

export function TemplatesCard({
  value,
  onChange,
}: {
  value: Template[];
  onChange: (value: Template[]) => void;
}) {
  const { t, language } = useTranslation('settings');
  return (
    <section className="card" aria-labelledby="settings-templates">
      <div className="card-head">
        <div>
          <h2 id="settings-templates">{t('templates.title')}</h2>
          <p className="soft small">{t('templates.lead')}</p>
        </div>
      </div>
      <ul className="rows">
        {value.map((one) => (
          <li key={one.code} className="settings-criterion">
            <Check
              checked={one.active !== false}
              onChange={(event) =>
                onChange(
                  value.map((other) =>
                    other.code === one.code ? { ...one, active: event.target.checked } : other,
                  ),
                )
              }
            >
              {inLanguage(one.text, language)}
            </Check>
            <span className="soft small">{t(`urgency.${one.urgency}`)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
