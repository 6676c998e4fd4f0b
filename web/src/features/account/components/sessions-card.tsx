import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { OwnSession } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { endOtherSessions, endSession, sessionsQuery } from '@/lib/queries/account';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Loaded } from '@/ui/states';
import { toast } from '@/ui/toast';
import { deviceName } from '../device';
import { Confirm } from './confirm';

export function SessionsCard() {
  const { t } = useTranslation('account');
  const client = useQueryClient();
  const query = useQuery(sessionsQuery);
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);

  async function end(what: () => Promise<void>) {
    setBusy(true);
    setProblem(null);
    try {
      await what();
      toast(t('ended'));
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
      void client.invalidateQueries({ queryKey: sessionsQuery.queryKey });
    }
  }

  return (
    <section className="card">
      <div className="card-head">
        <h2>{t('sessions')}</h2>
      </div>
      <div className="card-body">
        <p className="soft">{t('sessionsLead')}</p>
        {problem !== null && <ProblemBanner error={problem} />}
        <Loaded query={query}>
          {({ items }) => (
            <>
              <ul className="account-list">
                {items.map((session) => (
                  <Row
                    key={session.id}
                    session={session}
                    busy={busy}
                    onEnd={() => end(() => endSession(session.id))}
                  />
                ))}
              </ul>
              {items.length > 1 && (
                <Button look="danger" busy={busy} onClick={() => setAsking(true)}>
                  {t('endOthers')}
                </Button>
              )}
              {asking && (
                <Confirm
                  title={t('endOthersTitle')}
                  text={t('endOthersText', { count: items.length - 1 })}
                  action={t('endOthers')}
                  onConfirm={() => {
                    setAsking(false);
                    void end(endOtherSessions);
                  }}
                  onClose={() => setAsking(false)}
                />
              )}
            </>
          )}
        </Loaded>
      </div>
    </section>
  );
}

function Row({ session, busy, onEnd }: { session: OwnSession; busy: boolean; onEnd: () => void }) {
  const { t, language } = useTranslation('account');
  const time = (at: string) => formatTime(at, language, clock.now());
  const name = deviceName(session.device) || t('unknownDevice');
  return (
    <li>
      <div className="account-list-text">
        <strong>{name}</strong> {session.current && <span className="status tone-green">{t('thisOne')}</span>}
        <br />
        <span className="soft small">
          {t('from', { address: session.from_address })} · {t('began', { time: time(session.created_at) })} ·{' '}
          {t('seen', { time: time(session.seen_at) })}
        </span>
      </div>
      {!session.current && (
        <Button look="quiet" disabled={busy} aria-label={`${t('end')}: ${name}`} onClick={onEnd}>
          {t('end')}
        </Button>
      )}
    </li>
  );
}
