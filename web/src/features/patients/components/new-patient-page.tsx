import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from '@/lib/i18n';
import { RegisterPatient } from '@/parts/register-patient';

export function NewPatientPage() {
  const { t } = useTranslation('patients');
  const { q = '' } = useSearch({ from: '/shell/patients/new' });
  const navigate = useNavigate();
  return (
    <div className="page" style={{ maxWidth: 820 }}>
      <div className="page-head">
        <h1>{t('registerTitle')}</h1>
      </div>
      <div className="card card-body">
        <RegisterPatient
          q={q}
          onCancel={() => void navigate({ to: '/patients', search: q ? { q } : {} })}
          onDone={(patient) =>
            void navigate({ to: '/patients/$patientId', params: { patientId: patient.id }, replace: true })
          }
        />
      </div>
    </div>
  );
}
