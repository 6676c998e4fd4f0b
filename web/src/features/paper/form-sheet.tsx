import type { Slip } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { QrCode } from '@/parts/qr-code';
import { BACK, FORM, type Paper, type Section, type Words } from './fields';

const UNITS: Record<string, string> = {
  temperature: '°C',
  pulse: '/min',
  respiration: '/min',
  blood_pressure: 'mmHg',
  spo2: '%',
};

/** The signs in their own words where we know them, with what was measured. */
function useWords(): Words {
  const { language } = useTranslation('paper');
  const common = useTranslation();
  const referrals = useTranslation('referrals');
  const patients = useTranslation('patients');
  const paper = useTranslation('paper');
  const coded = (key: string) => {
    if (common.has(key)) return common.t(key);
    if (referrals.has(key)) return referrals.t(key);
    if (paper.has(key)) return paper.t(key);
    return patients.has(key) ? patients.t(key) : '';
  };
  return {
    language,
    coded,
    vitals: (signs) =>
      Object.entries(signs)
        .map(([sign, value]) => {
          const key = `vital.${sign}`;
          // A value that was typed with its unit keeps it.
          const unit = /[^\d\s./-]/.test(value) ? '' : (UNITS[sign] ?? '');
          return [referrals.has(key) ? referrals.t(key) : sign, value, unit].filter(Boolean).join(' ');
        })
        .join('  '),
  };
}

/** 转诊单: the front, and the back part once an outcome is there. */
export function FormSheet({ paper, slip }: { paper: Paper; slip: Slip }) {
  const { t } = useTranslation('paper');
  const { t: said } = useTranslation('referrals');
  const words = useWords();
  return (
    <>
      <header className="paper-head">
        <div>
          <p className="paper-title">
            {t('form.title')}（{said(`direction.${paper.leg.direction}`)}）
          </p>
          <p>
            {t('form.number')} <strong className="tabular">{slip.number}</strong>
          </p>
        </div>
        <div className="paper-code">
          <QrCode text={slip.url} label={t('slip.code')} />
          <span className="tabular">{slip.code}</span>
        </div>
      </header>
      {FORM.map((section) => (
        <SectionTable key={section.title} section={section} paper={paper} words={words} />
      ))}
      <p className="paper-sign">
        <span>{t('form.signPatient')}</span>
        <span>{t('form.signDoctor')}</span>
        <span>{t('form.signDate')}</span>
      </p>
      {paper.leg.outcome && (
        <div className="paper-back">
          <p className="paper-again">
            {t('form.title')} · {slip.number} · {paper.leg.patient.name}
          </p>
          <SectionTable section={BACK} paper={paper} words={words} />
          <p className="paper-sign">
            <span>{t('form.signReceiver')}</span>
            <span>{t('form.signDate')}</span>
          </p>
        </div>
      )}
    </>
  );
}

function SectionTable({ section, paper, words }: { section: Section; paper: Paper; words: Words }) {
  const { t } = useTranslation('paper');
  const fields = section.fields
    .map((field) => ({ ...field, content: field.text(paper, words) || '' }))
    .filter((field) => !field.spare || field.content);
  return (
    <section className="paper-section">
      <h2>{t(section.title)}</h2>
      <dl>
        {fields.map((field) => (
          <div key={field.label} className={field.wide ? 'paper-field paper-wide' : 'paper-field'}>
            <dt>{t(field.label)}</dt>
            <dd>{field.content}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
