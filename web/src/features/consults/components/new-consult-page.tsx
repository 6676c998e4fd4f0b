// 发起会诊: finds out which draft this is (a new one, a declined one again, one on this device, one on the server), then
// shows the form.

import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { readDraft } from '@/lib/drafts';
import { useTranslation } from '@/lib/i18n';
import { consultQuery } from '@/lib/queries/consults';
import { patientQuery } from '@/lib/queries/patients';
import { useMe } from '@/lib/session';
import { uuidv7 } from '@/lib/uuid';
import { KeptDraft } from '@/parts/kept-draft';
import { Empty, Loaded, RowsSkeleton } from '@/ui/states';
import { againOf, type ConsultDraft, draftOf, emptyDraft, hasContent } from '../api/draft';
import { ConsultForm } from './consult-form';

export function NewConsultPage() {
  const { t } = useTranslation('consults');
  const search = useSearch({ from: '/shell/consults/new' });
  return (
    <div className="page" style={{ maxWidth: 860 }}>
      <div className="page-head">
        <h1>{t('new')}</h1>
      </div>
      {search.draft ? (
        <FromServer key={search.draft} id={search.draft} />
      ) : (
        <KeptDraft<ConsultDraft>
          key={`${search.patient ?? ''} ${search.again ?? ''}`}
          name="consult"
          worthKeeping={hasContent}
          describe={(draft) => [draft.patient?.name, draft.question].filter(Boolean).join(' · ')}
          continued={(draft) => (
            <div className="card">
              <ConsultForm initial={draft} />
            </div>
          )}
          fresh={() => <Fresh patientId={search.patient ?? null} againId={search.again ?? null} />}
        />
      )}
    </div>
  );
}

function FromServer({ id }: { id: string }) {
  const me = useMe();
  const { t } = useTranslation('consults');
  const query = useQuery(consultQuery(id));
  return (
    <div className="card">
      <Loaded query={query}>
        {(consult) => {
          if (consult.state !== 'draft') return <Empty icon="check" title={t('alreadySent')} />;
          const kept = readDraft<ConsultDraft>(me.person.id, 'consult');
          const typed = kept?.value.id === id ? kept.value : null;
          return <ConsultForm initial={typed ? { ...typed, version: consult.version } : draftOf(consult)} />;
        }}
      </Loaded>
    </div>
  );
}

function Fresh({ patientId, againId }: { patientId: string | null; againId: string | null }) {
  const [id] = useState(() => uuidv7());
  const patient = useQuery({ ...patientQuery(patientId ?? ''), enabled: patientId !== null });
  const again = useQuery({ ...consultQuery(againId ?? ''), enabled: againId !== null });
  if ((patientId !== null && patient.isPending) || (againId !== null && again.isPending)) {
    return <RowsSkeleton />;
  }
  const start = emptyDraft(id);
  const initial = again.data
    ? againOf(id, again.data)
    : patient.data
      ? { ...start, patient: patient.data, step: 1 }
      : start;
  return (
    <div className="card">
      <ConsultForm initial={initial} />
    </div>
  );
}
