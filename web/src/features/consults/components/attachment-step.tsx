import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Consult, Study } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { consultQuery } from '@/lib/queries/consults';
import { attachStudy, patientStudiesQuery } from '@/lib/queries/studies';
import type { UploadRunner } from '@/lib/uploads/runner';
import { StudyCards } from '@/parts/study-cards';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Loaded } from '@/ui/states';
import { Attachments } from './attachments';

export function AttachmentStep({ consultId, runner }: { consultId: string; runner: UploadRunner }) {
  const { t } = useTranslation('uploads');
  const consult = useQuery(consultQuery(consultId));
  return (
    <div className="card-body stack">
      <Attachments runner={runner} />
      <Loaded query={consult}>
        {(data) => (
          <>
            {data.studies.length > 0 && (
              <section className="stack-small">
                <h2>{t('attached', { count: data.studies.length })}</h2>
                <StudyCards studies={data.studies} />
              </section>
            )}
            <Others consult={data} />
          </>
        )}
      </Loaded>
    </div>
  );
}

/** Studies of the patient that are there already, for example from the CT itself: attached with one press. */
function Others({ consult }: { consult: Consult }) {
  const { t } = useTranslation('uploads');
  const client = useQueryClient();
  const all = useQuery(patientStudiesQuery(consult.patient.id));
  const [busy, setBusy] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const others = all.data?.items.filter((study) => !consult.studies.some((one) => one.id === study.id)) ?? [];
  if (others.length === 0) return null;

  async function attach(study: Study) {
    setBusy(study.id);
    setError(null);
    try {
      client.setQueryData(consultQuery(consult.id).queryKey, await attachStudy(consult.id, study.id));
    } catch (refused) {
      setError(refused);
    } finally {
      setBusy(null);
    }
  }
  return (
    <section className="stack-small">
      <h2>{t('others')}</h2>
      {error !== null && <ProblemBanner error={error} />}
      <StudyCards
        studies={others}
        action={(study) => (
          <Button icon="plus" busy={busy === study.id} onClick={() => void attach(study)}>
            {t('attach')}
          </Button>
        )}
      />
    </section>
  );
}
