// The referral form (转诊单) to read: only what was filled in.

import type { ReferralForm } from '@/lib/contract';
import { formatDay } from '@/lib/format';
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
  'drugs',
  'warning_signs',
  'pregnancy',
] as const;

export function FormFacts({ form }: { form: ReferralForm }) {
  const { t, language } = useTranslation('referrals');
  const { papers } = form;
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
      <Fact name={t('form.record_number')} text={papers.record_number} />
      {papers.insurance && <Fact name={t('form.insurance')} text={t(`insurance.${papers.insurance}`)} />}
      <Fact
        name={t('form.filing_number')}
        text={
          papers.filed_until
            ? `${papers.filing_number} · ${t('form.filed_until')} ${formatDay(papers.filed_until, language)}`
            : papers.filing_number
        }
      />
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
