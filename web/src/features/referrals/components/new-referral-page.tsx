// 发起转诊: finds out which draft this is (new, from a consult, on this device, on the server), then shows the form.

import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { readDraft } from '@/lib/drafts';
import { useTranslation } from '@/lib/i18n';
import { consultQuery } from '@/lib/queries/consults';
import { legQuery } from '@/lib/queries/legs';
import { patientQuery } from '@/lib/queries/patients';
import { useMe } from '@/lib/session';
import { uuidv7 } from '@/lib/uuid';
import { KeptDraft } from '@/parts/kept-draft';
import { Empty, Loaded, RowsSkeleton } from '@/ui/states';
import { draftOf, emptyDraft, fromConsult, hasContent, type ReferralDraft } from '../api/draft';
import { ReferralForm } from './referral-form';

export function NewReferralPage() {
  const { t } = useTranslation('referrals');
  const search = useSearch({ from: '/shell/referrals/new' });
  return (
    <div className="page" style={{ maxWidth: 860 }}>
      <div className="page-head">
        <h1>{t('new')}</h1>
      </div>
      {search.draft ? (
        <FromServer key={search.draft} id={search.draft} />
      ) : (
        <KeptDraft<ReferralDraft>
          key={`${search.patient ?? ''} ${search.consult ?? ''}`}
          name="referral"
          worthKeeping={hasContent}
          describe={(draft) => [draft.patient?.name, draft.form.complaint].filter(Boolean).join(' · ')}
          continued={(draft) => (
            <div className="card">
              <ReferralForm initial={draft} />
            </div>
          )}
          fresh={() => <Fresh patientId={search.patient ?? null} consultId={search.consult ?? null} />}
        />
      )}
    </div>
  );
}

function FromServer({ id }: { id: string }) {
  const me = useMe();
  const { t } = useTranslation('referrals');
  const query = useQuery(legQuery(id));
  return (
    <div className="card">
      <Loaded query={query}>
        {(leg) => {
          if (leg.state !== 'draft') return <Empty icon="check" title={t('alreadySent')} />;
          const kept = readDraft<ReferralDraft>(me.person.id, 'referral');
          const typed = kept?.value.id === id ? kept.value : null;
          return <ReferralForm initial={typed ? { ...typed, version: leg.version } : draftOf(leg)} />;
        }}
      </Loaded>
    </div>
  );
}

function Fresh({ patientId, consultId }: { patientId: string | null; consultId: string | null }) {
  const [id] = useState(() => uuidv7());
  const patient = useQuery({
    ...patientQuery(patientId ?? ''),
    enabled: patientId !== null && consultId === null,
  });
  const consult = useQuery({ ...consultQuery(consultId ?? ''), enabled: consultId !== null });
  if (
    (consultId !== null && consult.isPending) ||
    (consultId === null && patientId !== null && patient.isPending)
  ) {
    return <RowsSkeleton />;
  }
  const start = emptyDraft(id);
  const initial = consult.data
    ? fromConsult(id, consult.data)
    : patient.data
      ? { ...start, patient: patient.data, step: 1 }
      : start;
  return (
    <div className="card">
      <ReferralForm initial={initial} />
    </div>
  );
}
