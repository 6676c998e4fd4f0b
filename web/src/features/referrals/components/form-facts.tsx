// The referral form (转诊单) to read: only what was filled in.

import type { ReferralForm } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { UNITS, VITALS } from '../api/draft';

const TEXTS = [
  'complaint',
  'history',
  'past_history',
  'allergies',
  'examination',
  'treatment',
  'purpose',
] as const;

export function FormFacts({ form }: { form: ReferralForm }) {
  const { t } = useTranslation('referrals');
  const vitals = [
    ...VITALS.filter((sign) => form.vitals[sign]).map(
      (sign) => `${t(`vital.${sign}`)} ${form.vitals[sign]}${UNITS[sign] && ` ${UNITS[sign]}`}`,
    ),
    ...Object.entries(form.vitals)
      .filter(([sign]) => !VITALS.some((known) => known === sign))
      .map(([sign, value]) => `${sign} ${value}`),
  ];
  return (
    <dl className="facts facts-tall">
      <dt>{t('reasonLabel')}</dt>
      <dd>{t(`reason.${form.reason}`)}</dd>
      {form.diagnosis.text && (
        <>
          <dt>{t('form.diagnosis')}</dt>
          <dd>
            <strong>{form.diagnosis.text}</strong>
            {form.diagnosis.code && <span className="soft tabular"> {form.diagnosis.code}</span>}
          </dd>
        </>
      )}
      {TEXTS.slice(0, 1).map((field) => (
        <Fact key={field} name={t(`form.${field}`)} text={form[field]} />
      ))}
      {vitals.length > 0 && <Fact name={t('form.vitals')} text={vitals.join('    ')} />}
      {TEXTS.slice(1).map((field) => (
        <Fact key={field} name={t(`form.${field}`)} text={form[field]} />
      ))}
    </dl>
  );
}

function Fact({ name, text }: { name: string; text: string }) {
  if (!text.trim()) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>{text}</dd>
    </>
  );
}
