// Told to whoever asked: who declined, why, and what can be done now. Nobody is left with a bare no.

import type { Consult, ConsultDeclineReason } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { DESK, useMe } from '@/lib/session';
import { Banner } from '@/ui/banner';
import { ButtonLink } from '@/ui/button';

const isReason = (code: string, has: (key: string) => boolean): code is ConsultDeclineReason =>
  has(`declineReason.${code}`);

export function Declined({ consult }: { consult: Consult }) {
  const { t, has } = useTranslation('consults');
  const { position } = useMe();
  const code = consult.decision?.code ?? '';
  const reason = isReason(code, has) ? code : 'other';
  const asked =
    DESK[position.role] === 'village' && position.organisation.id === consult.requester.organisation.id;
  return (
    <section className="card" data-testid="declined">
      <div className="card-body stack">
        <Banner tone="red" icon="ban">
          <strong>{t('declined.by', { name: consult.invited.name })}</strong>
          <p>{t('declined.reason', { reason: t(`declineReason.${reason}`) })}</p>
          {consult.decision?.text && <p className="prewrap">{consult.decision.text}</p>}
        </Banner>
        {asked && (
          <div className="stack-small">
            <h2>{t('declined.now')}</h2>
            <p>{t(`declined.next.${reason}`)}</p>
            <div className="row">
              <ButtonLink
                to="/consults/new"
                search={{ patient: consult.patient.id, again: consult.id }}
                look="primary"
                icon="edit"
              >
                {t('declined.again')}
              </ButtonLink>
              <ButtonLink to="/referrals/new" search={{ patient: consult.patient.id }} icon="referral">
                {t('declined.refer')}
              </ButtonLink>
            </div>
          </div>
        )}
      </div>
    </section>
  );
}
