// The packages of a leg to a hospital without an account: which were made, which were opened, and the way to a new one.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { clock } from '@/lib/clock';
import type { Leg, Package } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { packagesQuery, revokePackage } from '@/lib/queries/packages';
import { ProblemBanner } from '@/ui/banner';
import { Button, ButtonLink } from '@/ui/button';
import type { IconName } from '@/ui/icon';
import { Loaded } from '@/ui/states';
import { Status } from '@/ui/status';
import { toast } from '@/ui/toast';
import './packages.css';

const LOOKS: Record<Package['state'], { tone: 'blue' | 'green' | 'gray'; icon: IconName }> = {
  waiting: { tone: 'blue', icon: 'mail' },
  opened: { tone: 'green', icon: 'check' },
  expired: { tone: 'gray', icon: 'clock' },
  revoked: { tone: 'gray', icon: 'ban' },
};
const ENDED: ReadonlySet<string> = new Set([
  'closed',
  'declined',
  'redirected',
  'cancelled',
  'entered_in_error',
]);

export function PackageCard({ leg }: { leg: Leg }) {
  const { t, language } = useTranslation('packages');
  const client = useQueryClient();
  const query = useQuery(packagesQuery(leg.id));
  const revoke = useMutation({
    mutationFn: (id: string) => revokePackage(leg.id, id),
    onSuccess: () => {
      toast(t('card.revoked'));
      void client.invalidateQueries({ queryKey: packagesQuery(leg.id).queryKey });
    },
  });
  const time = (at: string) => formatTime(at, language, clock.now());
  const when = (one: Package) => {
    if (one.revoked_at) return t('card.revokedAt', { time: time(one.revoked_at) });
    if (one.opened_at) return t('card.openedAt', { time: time(one.opened_at) });
    return t(one.state === 'expired' ? 'card.expiredAt' : 'card.expires', { time: time(one.expires_at) });
  };
  return (
    <section className="card" aria-labelledby="package-title">
      <div className="card-head">
        <h2 id="package-title">{t('card.title')}</h2>
      </div>
      <div className="card-body stack">
        <p className="soft small">{t('card.lead')}</p>
        {!ENDED.has(leg.state) && (
          <ButtonLink to="/referrals/$legId/package" params={{ legId: leg.id }} look="primary" icon="print">
            {t('card.make')}
          </ButtonLink>
        )}
        {revoke.error && <ProblemBanner error={revoke.error} />}
      </div>
      <Loaded query={query}>
        {(page) => (
          <ul className="rows">
            {page.items.map((one) => (
              <li key={one.id} className="rows-item package-row">
                <span className="stack-small">
                  <Status {...LOOKS[one.state]}>{t(`state.${one.state}`)}</Status>
                  <span className="soft small">
                    {when(one)} · {one.made_by.name}
                  </span>
                  {one.letter && (
                    <span className="soft small">
                      {t(`letter.${one.letter.state}`, { email: one.letter.email })}
                    </span>
                  )}
                </span>
                {(one.state === 'waiting' || one.state === 'opened') && (
                  <Button busy={revoke.isPending} onClick={() => revoke.mutate(one.id)}>
                    {t('card.revoke')}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  );
}
