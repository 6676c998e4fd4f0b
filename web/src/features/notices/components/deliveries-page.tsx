// 发送情况: how each way out stands, what waits, what was given up and can be sent again. Whom a message is about is not shown.

import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { clock } from '@/lib/clock';
import type { DeliveryRoute, DeliveryRow, DeliveryState } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { deliveriesQuery, retryDelivery } from '@/lib/queries/notices';
import { MoreRows } from '@/parts/more-rows';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Empty, Loaded } from '@/ui/states';
import { Status } from '@/ui/status';
import { Tabs } from '@/ui/tabs';
import { toast } from '@/ui/toast';
import { DeliveryStatus, useFaultText, useKindText } from './delivery-words';
import '../notices.css';

const SHOWN = ['dead', 'waiting', 'sent'] as const satisfies DeliveryState[];

export function DeliveriesPage() {
  const { t } = useTranslation('notices');
  const navigate = useNavigate();
  const client = useQueryClient();
  const asked = useSearch({ from: '/shell/deliveries' }).show;
  const shown = SHOWN.find((state) => state === asked) ?? 'dead';
  const query = useInfiniteQuery(deliveriesQuery(shown));
  const routes = query.data?.pages[0]?.routes ?? [];
  const total = (of: 'dead' | 'waiting') => routes.reduce((sum, route) => sum + route[of], 0);
  const retry = useMutation({
    mutationFn: retryDelivery,
    onSuccess: () => {
      toast(t('sending.retried'));
      void client.invalidateQueries({ queryKey: ['delivery'] });
    },
  });
  return (
    <div className="page" style={{ maxWidth: 960 }}>
      <div className="page-head">
        <div>
          <h1>{t('sending.title')}</h1>
          <p className="soft">{t('sending.lead')}</p>
        </div>
      </div>
      {retry.error && <ProblemBanner error={retry.error} />}
      <div className="card">
        <Tabs
          label={t('sending.list')}
          value={shown}
          tabs={[
            { value: 'dead', text: t('sending.dead'), count: total('dead'), urgent: true },
            { value: 'waiting', text: t('sending.waiting'), count: total('waiting') },
            { value: 'sent', text: t('sending.sent') },
          ]}
          onChange={(show) =>
            void navigate({ to: '/deliveries', search: show === 'dead' ? {} : { show }, replace: true })
          }
        />
        {routes.length > 0 && (
          <ul className="card-body notices-routes">
            {routes.map((route) => (
              <RouteLine key={route.name} route={route} />
            ))}
          </ul>
        )}
        <Loaded query={query}>
          {({ pages }) => {
            const rows = pages.flatMap((page) => page.items);
            if (rows.length === 0) {
              return (
                <Empty icon="send" title={t(`sending.${shown}None`)}>
                  <p>{t('sending.noneHint')}</p>
                </Empty>
              );
            }
            return (
              <>
                <ul>
                  {rows.map((row) => (
                    <Row key={row.id} row={row} busy={retry.isPending} onRetry={() => retry.mutate(row.id)} />
                  ))}
                </ul>
                <MoreRows query={query} />
              </>
            );
          }}
        </Loaded>
      </div>
    </div>
  );
}

/** One way out: how much waits, and whether it is closed just now. */
function RouteLine({ route }: { route: DeliveryRoute }) {
  const { t, language } = useTranslation('notices');
  const fault = useFaultText();
  const time = (at: string) => formatTime(at, language, clock.now());
  const parts = [
    route.waiting > 0 && t('sending.routeWaiting', { count: route.waiting }),
    route.dead > 0 && t('sending.routeDead', { count: route.dead }),
    route.failures > 0 && fault(route.fault),
    route.failures > 0 && t('sending.routeFailures', { count: route.failures }),
    route.resume_at && t('sending.routeResume', { time: time(route.resume_at) }),
  ].filter(Boolean);
  return (
    <li className="row">
      <Status tone={route.failures > 0 ? 'red' : 'green'} icon={route.failures > 0 ? 'alert' : 'checkCircle'}>
        {route.name === 'mail' ? t('sending.routeMail') : route.name}
      </Status>
      <span className="small soft">{parts.join(' · ') || t('sending.routeOk')}</span>
    </li>
  );
}

function Row({ row, busy, onRetry }: { row: DeliveryRow; busy: boolean; onRetry: () => void }) {
  const { t, language } = useTranslation('notices');
  const kind = useKindText();
  const fault = useFaultText();
  const time = (at: string) => formatTime(at, language, clock.now());
  const isOpen = row.state === 'waiting' || row.state === 'dead';
  return (
    <li className="notices-hook">
      <span className="item-top">
        <strong>{kind(row.kind)}</strong>
        <span className="item-time tabular">{time(row.created_at)}</span>
      </span>
      <span className="row">
        <DeliveryStatus state={row.state} />
        <span className="soft small">
          {t(`sending.channel.${row.channel}`)}
          {row.webhook && ` · ${row.webhook}`}
          {row.person && ` · ${row.person.name} · ${row.person.organisation.name}`}
          {row.tries > 1 && ` · ${t('sending.tries', { count: row.tries })}`}
          {row.due_at && ` · ${t('sending.again', { time: time(row.due_at) })}`}
        </span>
      </span>
      {row.fault && (
        <span className="small">
          {fault(row.fault)}
          {row.fault_detail && <span className="soft"> · {row.fault_detail}</span>}
        </span>
      )}
      {isOpen && (
        <div>
          <Button icon="refresh" busy={busy} onClick={onRetry}>
            {t('sending.retry')}
          </Button>
        </div>
      )}
    </li>
  );
}
