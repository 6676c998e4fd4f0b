// 发起会诊: finds out which draft this is (a new one, one on this device, one on the server), then shows the form.

import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { clock } from '@/lib/clock';
import { dropDraft, readDraft } from '@/lib/drafts';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { consultQuery } from '@/lib/queries/consults';
import { patientQuery } from '@/lib/queries/patients';
import { useMe } from '@/lib/session';
import { uuidv7 } from '@/lib/uuid';
import { Button } from '@/ui/button';
import { Empty, Loaded, RowsSkeleton } from '@/ui/states';
import { type ConsultDraft, draftOf, emptyDraft, hasContent } from '../api/draft';
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
        <FromDevice key={search.patient ?? ''} patientId={search.patient ?? null} />
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

function FromDevice({ patientId }: { patientId: string | null }) {
  const me = useMe();
  const { t, language } = useTranslation('consults');
  const [kept] = useState(() => readDraft<ConsultDraft>(me.person.id, 'consult'));
  const [choice, setChoice] = useState<'ask' | 'kept' | 'new'>(
    kept && hasContent(kept.value) ? 'ask' : 'new',
  );

  if (!kept || choice === 'new') return <Fresh patientId={patientId} />;
  if (choice === 'kept') {
    return (
      <div className="card">
        <ConsultForm initial={kept.value} />
      </div>
    );
  }
  return (
    <div className="card">
      <Empty icon="edit" title={t('draftFound', { time: formatTime(kept.at, language, clock.now()) })}>
        <p>
          {kept.value.patient?.name ?? t('draftNoPatient')}
          {kept.value.question && ` · ${kept.value.question}`}
        </p>
        <div className="row" style={{ justifyContent: 'center', marginTop: 8 }}>
          <Button
            onClick={() => {
              dropDraft(me.person.id, 'consult');
              setChoice('new');
            }}
          >
            {t('draftNew')}
          </Button>
          <Button look="primary" onClick={() => setChoice('kept')}>
            {t('draftContinue')}
          </Button>
        </div>
      </Empty>
    </div>
  );
}

function Fresh({ patientId }: { patientId: string | null }) {
  const [id] = useState(() => uuidv7());
  const patient = useQuery({ ...patientQuery(patientId ?? ''), enabled: patientId !== null });
  if (patientId !== null && patient.isPending) return <RowsSkeleton />;
  const start = emptyDraft(id);
  return (
    <div className="card">
      <ConsultForm initial={patient.data ? { ...start, patient: patient.data, step: 1 } : start} />
    </div>
  );
}
