// Questions that matter and the criteria (转诊指征) that are met by what is typed so far. They advise; nothing waits for them.

import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import type { Leg } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { rulesQuery } from '@/lib/queries/routing';
import { evaluate, inLanguage, type Question } from '@/lib/rules';
import { Choices, TextField } from '@/ui/field';
import { Icon } from '@/ui/icon';
import type { ReferralDraft } from '../api/draft';
import './routing.css';

/** The set that is shipped, until the alliance has made it its own. */
const SHIPPED = 1;

export function Questions({
  draft,
  onAnswer,
}: {
  draft: ReferralDraft;
  onAnswer: (question: string, answer: string) => void;
}) {
  const { t } = useTranslation('routing');
  const rules = useQuery(rulesQuery).data;
  if (!rules) return null;
  const asked = rules.templates.find((one) => one.code === draft.template)?.questions ?? [];
  const first = asked.flatMap((code) => rules.questions.filter((one) => one.code === code));
  const others = rules.questions.filter((one) => !asked.includes(one.code));
  return (
    <>
      {first.length > 0 && (
        <div className="questions">
          {first.map((one) => (
            <Ask key={one.code} question={one} draft={draft} onAnswer={onAnswer} />
          ))}
        </div>
      )}
      <details className="questions-more">
        <summary>{t(first.length > 0 ? 'otherQuestions' : 'questions')}</summary>
        <div className="questions">
          {others.map((one) => (
            <Ask key={one.code} question={one} draft={draft} onAnswer={onAnswer} />
          ))}
        </div>
      </details>
      <CriteriaNow draft={draft} />
    </>
  );
}

function Ask({
  question,
  draft,
  onAnswer,
}: {
  question: Question;
  draft: ReferralDraft;
  onAnswer: (question: string, answer: string) => void;
}) {
  const { t, language } = useTranslation('routing');
  const value = draft.form.answers?.[question.code] ?? '';
  const label = inLanguage(question.text, language);
  if (question.kind === 'number') {
    return (
      <TextField
        label={
          <>
            {label} <span className="field-optional">{question.unit}</span>
          </>
        }
        inputMode="decimal"
        autoComplete="off"
        maxLength={10}
        value={value}
        onChange={(event) => onAnswer(question.code, event.target.value)}
      />
    );
  }
  return (
    <Choices
      legend={label}
      value={value === 'yes' || value === 'no' ? value : null}
      onChange={(answer) => onAnswer(question.code, answer)}
      options={[
        { value: 'yes' as const, label: t('yes') },
        { value: 'no' as const, label: t('no') },
      ]}
    />
  );
}

function CriteriaNow({ draft }: { draft: ReferralDraft }) {
  const { t, language } = useTranslation('routing');
  const rules = useQuery(rulesQuery).data;
  const id = useId();
  if (!rules) return null;
  const met = evaluate(rules.criteria, draft.form.vitals, draft.form.answers ?? {});
  const items = rules.criteria.items.filter((one) => met.includes(one.code));
  return (
    <section className={items.length > 0 ? 'criteria criteria-met' : 'criteria'} aria-labelledby={id}>
      <h2 id={id}>{t('criteria.title')}</h2>
      <div aria-live="polite">
        {items.length === 0 ? (
          <p className="soft small">{t('criteria.none')}</p>
        ) : (
          <ul>
            {items.map((one) => (
              <li key={one.code}>
                <Icon name="check" size={16} /> {inLanguage(one.text, language)}
              </li>
            ))}
          </ul>
        )}
      </div>
      <p className="soft small">
        {t('criteria.advice')} {rules.criteria.version === SHIPPED && t('criteria.examples')}
      </p>
    </section>
  );
}

/** What was judged when the form was written, under which version, and what was answered. */
export function CriteriaRecorded({ leg }: { leg: Pick<Leg, 'form' | 'criteria'> }) {
  const { t, language } = useTranslation('routing');
  const rules = useQuery(rulesQuery).data;
  const answers = Object.entries(leg.form.answers ?? {});
  const met = leg.criteria?.met ?? [];
  if (!rules || (answers.length === 0 && met.length === 0)) return null;
  const nameOf = (code: string) => {
    const known = rules.criteria.items.find((one) => one.code === code);
    return known ? inLanguage(known.text, language) : code;
  };
  const answered = answers.map(([code, value]) => {
    const question = rules.questions.find((one) => one.code === code);
    const shown = value === 'yes' ? t('yes') : value === 'no' ? t('no') : value;
    return `${question ? inLanguage(question.text, language) : code} ${shown} ${question?.unit ?? ''}`.trim();
  });
  return (
    <dl className="facts facts-tall criteria-recorded">
      {answered.length > 0 && (
        <>
          <dt>{t('answers')}</dt>
          <dd>{answered.join('    ')}</dd>
        </>
      )}
      {met.length > 0 && (
        <>
          <dt>{t('criteria.title')}</dt>
          <dd>
            {met.map(nameOf).join('；')}{' '}
            <span className="soft small">
              {t('criteria.version', { version: leg.criteria?.version ?? 0 })}
            </span>
          </dd>
        </>
      )}
    </dl>
  );
}
