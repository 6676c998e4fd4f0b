import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '@/lib/i18n';
import { rulesQuery } from '@/lib/queries/routing';
import { inLanguage } from '@/lib/rules';
import { type ReferralDraft, withTemplate } from '../api/draft';
import './routing.css';

/** 胸痛, 卒中, 创伤, 孕产: one tap fills in urgency, need, reason and complaint, and decides what is asked. */
export function TemplateChips({
  draft,
  onChange,
}: {
  draft: ReferralDraft;
  onChange: (change: Partial<ReferralDraft>) => void;
}) {
  const { t, language } = useTranslation('routing');
  const { data } = useQuery(rulesQuery);
  const last = data?.templates.find((one) => one.code === draft.template);
  if (!data || data.templates.length === 0) return null;
  return (
    <fieldset className="fieldset">
      <legend>{t('templates')}</legend>
      <div className="chips">
        {data.templates.map((one) => (
          <button
            key={one.code}
            type="button"
            className={draft.template === one.code ? 'chip chip-on' : 'chip'}
            aria-pressed={draft.template === one.code}
            onClick={() =>
              onChange(
                withTemplate(
                  draft,
                  one,
                  inLanguage(one.complaint, language),
                  last ? inLanguage(last.complaint, language) : '',
                ),
              )
            }
          >
            {inLanguage(one.text, language)}
          </button>
        ))}
      </div>
    </fieldset>
  );
}
