import type { PatientRef } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';

/** 王秀兰 · 女 · 67 岁 */
export function PatientLine({ patient, strong = true }: { patient: PatientRef; strong?: boolean }) {
  const { t } = useTranslation();
  const age = patient.age === null ? t('ageUnknown') : t('age', { count: patient.age });
  return (
    <span>
      {strong ? <strong>{patient.name}</strong> : patient.name}
      <span className="soft">
        {' '}
        · {t(`sex.${patient.sex}`)} · {age}
      </span>
    </span>
  );
}
