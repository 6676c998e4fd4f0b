// The card 随访 of a referral or of a patient.

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Id } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { legFollowUpsQuery, patientFollowUpsQuery } from '@/lib/queries/follow-ups';
import { Button } from '@/ui/button';
import { Loaded } from '@/ui/states';
import { FollowUpRows } from './follow-up-rows';
import { PlanDialog } from './plan-follow-up';

/** Shown as soon as there is something planned, or something could be. */
export function LegFollowUps({ legId }: { legId: Id }) {
  const { t } = useTranslation('followUp');
  const query = useQuery(legFollowUpsQuery(legId));
  const [planning, setPlanning] = useState(false);
  if (!query.data) return null;
  const { items, suggestion } = query.data;
  if (items.length === 0 && !suggestion) return null;
  return (
    <section className="card" aria-labelledby="follow-up-title">
      <div className="card-head">
        <h2 id="follow-up-title">{t('card.title')}</h2>
        {suggestion && (
          <Button icon="plus" onClick={() => setPlanning(true)}>
            {t('card.plan')}
          </Button>
        )}
      </div>
      {items.length === 0 ? (
        <p className="card-body soft">{t('card.none')}</p>
      ) : (
        <FollowUpRows rows={items} about="leg" />
      )}
      {planning && suggestion && (
        <PlanDialog legId={legId} suggestion={suggestion} onClose={() => setPlanning(false)} />
      )}
    </section>
  );
}

export function PatientFollowUps({ patientId }: { patientId: Id }) {
  const { t } = useTranslation('followUp');
  const query = useQuery(patientFollowUpsQuery(patientId));
  return (
    <section className="card" aria-labelledby="follow-up-title">
      <div className="card-head">
        <h2 id="follow-up-title">{t('card.title')}</h2>
      </div>
      <Loaded query={query}>
        {(page) =>
          page.items.length === 0 ? (
            <p className="card-body soft">{t('card.none')}</p>
          ) : (
            <FollowUpRows rows={page.items} about="patient" />
          )
        }
      </Loaded>
    </section>
  );
}
