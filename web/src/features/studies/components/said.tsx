// What the files of a study say of their person, and why the study waits, in words.

import type { Study } from '@/lib/contract';
import { formatDay } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { Icon } from '@/ui/icon';

/** 王秀英 · 女 · 1954年9月3日 */
export function SaidPerson({ study }: { study: Study }) {
  const { t, has, language } = useTranslation('studies');
  const { name, sex, birth_date } = study.dicom_patient;
  const sexKey = `dicomSex.${sex ?? ''}`;
  const rest = [has(sexKey) && t(sexKey), birth_date && formatDay(birth_date, language)].filter(Boolean);
  return (
    <span>
      <strong>{name.trim() || t('pending.noName')}</strong>
      {rest.length > 0 && <span className="soft"> · {rest.join(' · ')}</span>}
    </span>
  );
}

/** One sentence: why nobody has these images yet. */
export function Why({ study }: { study: Study }) {
  const { t } = useTranslation('studies');
  const field = useFieldNames();
  const { local_id: number } = study.dicom_patient;
  if (study.status === 'quarantined') {
    const fields = field(study.mismatch);
    return study.sent_to
      ? t('why.differs', { name: study.sent_to.name, fields })
      : t('why.differsUnseen', { fields });
  }
  return number ? t('why.unknownNumber', { number }) : t('why.noNumber');
}

function useFieldNames(): (fields: string[]) => string {
  const { t, has } = useTranslation('studies');
  return (fields) =>
    fields
      .map((name) => `field.${name}`)
      .map((key) => (has(key) ? t(key) : key))
      .join(t('fieldJoin'));
}

/** CT · 胸部CT平扫 */
export function useStudyTitle(): (study: Study) => string {
  const { t, has } = useTranslation('studies');
  return (study) => {
    const kinds = study.modalities
      .map((code) => `modality.${code}`)
      .map((key) => (has(key) ? t(key) : key.replace('modality.', '')));
    return [kinds.join(' + '), study.description].filter(Boolean).join(' · ') || t('untitled');
  };
}

/** The picture that the server made; the dark box is there before it is. */
export function Preview({ study }: { study: Study }) {
  const { t } = useTranslation('studies');
  const title = useStudyTitle();
  return (
    <span className="stray-picture">
      {study.preview_url ? (
        <img
          src={study.preview_url}
          alt={t('previewAlt', { what: '', title: title(study) })}
          decoding="async"
        />
      ) : (
        <span className="stray-none">
          <Icon name={study.ecg ? 'pulse' : 'image'} size={28} />
          <span className="visually-hidden">{t('noPreview')}</span>
        </span>
      )}
    </span>
  );
}
