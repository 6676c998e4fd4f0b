// The images beside the chosen patient. What differs is said in words and with a sign, and needs a second word from
// whoever assigns it all the same.

import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { Comparison, Id, Study } from '@/lib/contract';
import { formatDay } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { comparisonQuery } from '@/lib/queries/studies';
import { Banner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Check } from '@/ui/field';
import { Icon, type IconName } from '@/ui/icon';
import { Loaded } from '@/ui/states';
import { type Compared, type ComparedField, compared, type Verdict } from '../api/compare';

const SIGNS: Record<Verdict, IconName> = { same: 'check', differs: 'alert', unsaid: 'question' };

export function ComparePatient({
  study,
  patientId,
  busy,
  onOther,
  onAssign,
}: {
  study: Study;
  patientId: Id;
  busy: boolean;
  onOther: () => void;
  onAssign: (name: string) => void;
}) {
  const { t } = useTranslation('studies');
  const query = useQuery(comparisonQuery(study.id, patientId));
  return (
    <section className="card" aria-labelledby="stray-compare">
      <div className="card-head">
        <h2 id="stray-compare">{t('assign.compare')}</h2>
        <Button icon="search" onClick={onOther}>
          {t('assign.other')}
        </Button>
      </div>
      <Loaded query={query}>
        {(comparison) => <Sides study={study} comparison={comparison} busy={busy} onAssign={onAssign} />}
      </Loaded>
    </section>
  );
}

function Sides({
  study,
  comparison,
  busy,
  onAssign,
}: {
  study: Study;
  comparison: Comparison;
  busy: boolean;
  onAssign: (name: string) => void;
}) {
  const { t } = useTranslation('studies');
  const { patient } = comparison;
  const rows = compared(study, comparison);
  const differing = rows.filter((row) => row.verdict === 'differs').length;
  const { local_id: number } = study.dicom_patient;
  const [checked, setChecked] = useState(false);
  const [tried, setTried] = useState(false);
  const note = useId();
  const unchecked = differing > 0 && !checked;

  function assign() {
    setTried(true);
    if (!unchecked) onAssign(patient.name);
  }
  return (
    <>
      <table className="sides">
        <thead>
          <tr>
            <th scope="col">{t('assign.item')}</th>
            <th scope="col">{t('assign.inImages')}</th>
            <th scope="col">{t('assign.inRecord')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Side key={row.field} row={row} study={study} comparison={comparison} />
          ))}
        </tbody>
      </table>
      <div className="card-body stack">
        {differing > 0 ? (
          <Banner tone="amber">{t('assign.disagrees', { count: differing })}</Banner>
        ) : (
          <Banner tone="blue">{t('assign.agrees')}</Banner>
        )}
        {differing > 0 && (
          <div>
            <Check
              checked={checked}
              aria-describedby={note}
              aria-invalid={(tried && unchecked) || undefined}
              onChange={(event) => setChecked(event.target.checked)}
            >
              {t('assign.checked', { name: patient.name })}
            </Check>
            <span
              id={note}
              className="field-note field-note-wrong"
              role={tried && unchecked ? 'alert' : undefined}
            >
              {tried && unchecked && (
                <>
                  <Icon name="alert" size={14} /> {t('assign.checkedMissing')}
                </>
              )}
            </span>
          </div>
        )}
        {number && (
          <p className="soft small">
            {t(study.status === 'unassigned' ? 'assign.remember' : 'assign.rememberIfFree', { number })}
          </p>
        )}
        <div className="form-actions">
          <Button look="primary" icon="check" busy={busy} onClick={assign}>
            {t('assign.do', { name: patient.name })}
          </Button>
        </div>
      </div>
    </>
  );
}

function Side({ row, study, comparison }: { row: Compared; study: Study; comparison: Comparison }) {
  const { t } = useTranslation('studies');
  const { image, record } = useValues(row.field, study, comparison);
  return (
    <tr className={`side-${row.verdict}`} data-field={row.field} data-verdict={row.verdict}>
      <th scope="row">{t(`label.${row.field}`)}</th>
      <td>{image ?? <span className="soft">{t('assign.notSaid')}</span>}</td>
      <td>
        <span className="side-value">{record ?? <span className="soft">{t('assign.notSaid')}</span>}</span>
        <span className={`side-verdict side-verdict-${row.verdict}`}>
          <Icon name={SIGNS[row.verdict]} size={15} /> {t(`assign.${row.verdict}`)}
        </span>
      </td>
    </tr>
  );
}

function useValues(
  field: ComparedField,
  study: Study,
  { patient }: Comparison,
): { image: string | null; record: string | null } {
  const { t, has, language } = useTranslation('studies');
  const common = useTranslation();
  const said = study.dicom_patient;
  switch (field) {
    case 'name':
      return { image: said.name.trim() || null, record: patient.name };
    case 'sex': {
      const key = `dicomSex.${said.sex ?? ''}`;
      return {
        image: has(key) ? t(key) : null,
        record: patient.sex === 'unknown' ? null : common.t(`sex.${patient.sex}`),
      };
    }
    case 'birth_date':
      return {
        image: said.birth_date && formatDay(said.birth_date, language),
        record: patient.birth_date && formatDay(patient.birth_date, language),
      };
  }
}
