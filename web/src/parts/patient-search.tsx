// Finding a patient by name, pinyin, initials or identity number, while typing. What is done with the one found is
// the caller's: go there, or take it into a form.

import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Patient } from '@/lib/contract';
import { formatDay } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { patientSearchQuery } from '@/lib/queries/patients';
import { useSettled } from '@/lib/settled';
import { TextField } from '@/ui/field';
import { Empty, Loaded } from '@/ui/states';
import { PatientLine } from './patient-line';

export function PatientSearch({
  q,
  onSearch,
  wrap,
  whenNone,
}: {
  q: string;
  onSearch: (q: string) => void;
  /** Makes the row of one patient into a link or a button. */
  wrap: (patient: Patient, inside: ReactNode) => ReactNode;
  whenNone: ReactNode;
}) {
  const { t, language } = useTranslation('patients');
  const settled = useSettled(q.trim(), 250);
  const query = useQuery(patientSearchQuery(settled));
  return (
    <>
      <div className="card-body" style={{ paddingBottom: 0 }}>
        <TextField
          label={t('search')}
          hint={t('searchHint')}
          type="search"
          value={q}
          autoComplete="off"
          onChange={(event) => onSearch(event.target.value)}
        />
      </div>
      <Loaded query={query}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty icon="users" title={settled ? t('noneFound', { q: settled }) : t('noneYet')}>
              {whenNone}
            </Empty>
          ) : (
            <ul className="rows" aria-busy={query.isPlaceholderData || undefined}>
              {page.items.map((patient) => (
                <li key={patient.id}>
                  {wrap(
                    patient,
                    <>
                      <span className="item-top">
                        <span className="item-name">
                          <PatientLine patient={patient} />
                        </span>
                        <span className="item-time tabular">{formatDay(patient.birth_date, language)}</span>
                      </span>
                      <span className="soft small">
                        {t(`kind.${patient.identity.kind}`)} {patient.identity.masked} ·{' '}
                        {patient.registered_by.name}
                      </span>
                    </>,
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </>
  );
}
