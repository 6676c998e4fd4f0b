// Documents, phone and address. Number and phone are masked; showing them is an act in the audit trail, and they are
// hidden again after a minute, or when the page is left.

import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { clock } from '@/lib/clock';
import type { Patient, Revealed } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { revealPatient } from '@/lib/queries/patients';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';

const SHOWN_MS = 60_000;

export function IdentityCard({ patient, onEdit }: { patient: Patient; onEdit: (() => void) | null }) {
  const { t, language } = useTranslation('patients');
  const common = useTranslation();
  const [shown, setShown] = useState<Revealed | null>(null);
  const reveal = useMutation({
    mutationFn: () => revealPatient(patient.id),
    onSuccess: setShown,
    gcTime: 0,
  });
  useEffect(() => {
    if (!shown) return;
    const hide = () => setShown(null);
    const hideWithPage = () => document.hidden && hide();
    const timer = setTimeout(hide, SHOWN_MS);
    document.addEventListener('visibilitychange', hideWithPage);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', hideWithPage);
    };
  }, [shown]);
  // What the number was when it was shown may have been corrected since.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version hides the old answer
  useEffect(() => setShown(null), [patient.version]);
  const isMasked = patient.identity.masked !== null || patient.phone_masked !== null;

  return (
    <section className="card">
      <div className="card-head">
        <h2>{t('identity')}</h2>
        {onEdit && (
          <Button look="quiet" icon="edit" onClick={onEdit}>
            {common.t('edit')}
          </Button>
        )}
      </div>
      <div className="card-body stack-small">
        <dl className="facts">
          <dt>{t(`kind.${patient.identity.kind}`)}</dt>
          <dd className="tabular">{shown?.identity.value ?? patient.identity.masked ?? '—'}</dd>
          <dt>{t('phone')}</dt>
          <dd className="tabular">{shown?.phone ?? patient.phone_masked ?? '—'}</dd>
          <dt>{t('address')}</dt>
          <dd>{patient.address ?? '—'}</dd>
          <dt>{t('registeredBy')}</dt>
          <dd>{patient.registered_by.name}</dd>
          <dt>{t('updatedAt')}</dt>
          <dd className="tabular">{formatTime(patient.updated_at, language, clock.now())}</dd>
        </dl>
        {isMasked && (
          <div className="patient-reveal">
            {shown ? (
              <Button icon="ban" block onClick={() => setShown(null)}>
                {t('reveal.hide')}
              </Button>
            ) : (
              <Button icon="search" block busy={reveal.isPending} onClick={() => reveal.mutate()}>
                {t('reveal.show')}
              </Button>
            )}
            <p className="soft small" role="status">
              {t(shown ? 'reveal.shown' : 'reveal.hint')}
            </p>
            {reveal.error && <ProblemBanner error={reveal.error} />}
          </div>
        )}
      </div>
    </section>
  );
}
