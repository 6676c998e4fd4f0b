import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from '@/lib/i18n';
import { mayBreakGlass, useMe } from '@/lib/session';
import { PatientSearch } from '@/parts/patient-search';
import { ButtonLink } from '@/ui/button';
import '../patients.css';

export function PatientsPage() {
  const { t } = useTranslation('patients');
  const { q = '' } = useSearch({ from: '/shell/patients' });
  const navigate = useNavigate();
  const inEmergency = mayBreakGlass(useMe().position.role);
  const register = (
    <ButtonLink to="/patients/new" search={q ? { q } : {}} look="primary" icon="plus">
      {t('register')}
    </ButtonLink>
  );
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('title')}</h1>
        {register}
      </div>
      <div className="card">
        <PatientSearch
          q={q}
          onSearch={(next) =>
            void navigate({ to: '/patients', search: next ? { q: next } : {}, replace: true })
          }
          wrap={(patient, inside) => (
            <Link to="/patients/$patientId" params={{ patientId: patient.id }} className="rows-link item">
              {inside}
            </Link>
          )}
          whenNone={register}
        />
        {inEmergency && (
          <div className="patient-emergency row">
            <span className="soft">{t('emergency.hint')}</span>
            <ButtonLink to="/break-glass/new" search={q ? { q } : {}} look="danger" icon="alert">
              {t('emergency.open')}
            </ButtonLink>
          </div>
        )}
      </div>
    </div>
  );
}
