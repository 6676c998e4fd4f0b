// 对外通知: which other systems and groups are told, and what became of the newest message to each.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { Webhook } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import {
  changeWebhook,
  endWebhook,
  renewWebhookSecret,
  testWebhook,
  webhooksQuery,
} from '@/lib/queries/notices';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { Empty, Loaded } from '@/ui/states';
import { Status } from '@/ui/status';
import { toast } from '@/ui/toast';
import { DeliveryStatus, useFaultText, useKindText } from './delivery-words';
import { WebhookDialog } from './webhook-dialog';
import '../notices.css';

type Step =
  | { kind: 'edit'; webhook: Webhook | null }
  | { kind: 'secret'; secret: string }
  | { kind: 'renew'; webhook: Webhook }
  | { kind: 'end'; webhook: Webhook };

export function WebhooksPage() {
  const { t } = useTranslation('notices');
  const client = useQueryClient();
  const query = useQuery(webhooksQuery);
  const [step, setStep] = useState<Step | null>(null);
  const [problem, setProblem] = useState<unknown>(null);

  /** One press of a button in the list. */
  async function act(deed: () => Promise<unknown>, done?: string) {
    setStep(null);
    setProblem(null);
    try {
      await deed();
      if (done) toast(done);
    } catch (error) {
      setProblem(error);
    } finally {
      void client.invalidateQueries({ queryKey: webhooksQuery.queryKey });
    }
  }

  return (
    <div className="page" style={{ maxWidth: 960 }}>
      <div className="page-head">
        <div>
          <h1>{t('hooks.title')}</h1>
          <p className="soft">{t('hooks.lead')}</p>
        </div>
        <Button icon="plus" look="primary" onClick={() => setStep({ kind: 'edit', webhook: null })}>
          {t('hooks.add')}
        </Button>
      </div>
      {problem !== null && <ProblemBanner error={problem} />}
      <div className="card">
        <Loaded query={query}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty icon="globe" title={t('hooks.none')}>
                <p>{t('hooks.noneHint')}</p>
              </Empty>
            ) : (
              <ul>
                {items.map((webhook) => (
                  <Row
                    key={webhook.id}
                    webhook={webhook}
                    onEdit={() => setStep({ kind: 'edit', webhook })}
                    onTest={() => act(() => testWebhook(webhook.id), t('hooks.tested'))}
                    onSwitch={() => act(() => changeWebhook(webhook, { active: !webhook.active }))}
                    onRenew={() => setStep({ kind: 'renew', webhook })}
                    onEnd={() => setStep({ kind: 'end', webhook })}
                  />
                ))}
              </ul>
            )
          }
        </Loaded>
      </div>
      {step?.kind === 'edit' && query.data && (
        <WebhookDialog
          standing={step.webhook}
          kinds={query.data.kinds}
          onClose={() => setStep(null)}
          onSaved={(secret) => {
            setStep(secret ? { kind: 'secret', secret } : null);
            void client.invalidateQueries({ queryKey: webhooksQuery.queryKey });
          }}
        />
      )}
      {step?.kind === 'secret' && <Secret secret={step.secret} onKept={() => setStep(null)} />}
      {step?.kind === 'renew' && (
        <Dialog
          title={t('hooks.renew')}
          onClose={() => setStep(null)}
          footer={
            <Button
              look="danger-solid"
              onClick={() =>
                act(async () => {
                  const { secret } = await renewWebhookSecret(step.webhook);
                  if (secret) setStep({ kind: 'secret', secret });
                })
              }
            >
              {t('hooks.renew')}
            </Button>
          }
        >
          <p>{t('hooks.renewText')}</p>
        </Dialog>
      )}
      {step?.kind === 'end' && (
        <Dialog
          title={t('hooks.endTitle', { name: step.webhook.name })}
          onClose={() => setStep(null)}
          footer={
            <Button look="danger-solid" onClick={() => act(() => endWebhook(step.webhook), t('hooks.ended'))}>
              {t('hooks.end')}
            </Button>
          }
        >
          <p>{t('hooks.endText')}</p>
        </Dialog>
      )}
    </div>
  );
}

function Row({
  webhook,
  onEdit,
  onTest,
  onSwitch,
  onRenew,
  onEnd,
}: {
  webhook: Webhook;
  onEdit: () => void;
  onTest: () => void;
  onSwitch: () => void;
  onRenew: () => void;
  onEnd: () => void;
}) {
  const { t, language } = useTranslation('notices');
  const kind = useKindText();
  const fault = useFaultText();
  const { last } = webhook;
  const isOurs = webhook.adapter === 'standard' || webhook.adapter === 'sms_gateway';
  return (
    <li className="notices-hook">
      <span className="item-top">
        <span className="row">
          <strong>{webhook.name}</strong>
          <Status tone={webhook.active ? 'teal' : 'gray'} icon={webhook.active ? 'globe' : 'pause'}>
            {webhook.active ? t(`hooks.adapters.${webhook.adapter}`) : t('hooks.off')}
          </Status>
        </span>
        {webhook.events.length > 0 && (
          <span className="item-time">{t('hooks.eventsCount', { count: webhook.events.length })}</span>
        )}
      </span>
      <span className="soft small">{webhook.url}</span>
      {last ? (
        <span className="row small">
          <DeliveryStatus state={last.state} />
          {t('hooks.last', { what: kind(last.kind) })} ·{' '}
          {formatTime(last.ended_at ?? last.created_at, language, clock.now())}
          {last.fault && (
            <span>
              {fault(last.fault)}
              {last.fault_detail && <span className="soft"> · {last.fault_detail}</span>}
            </span>
          )}
        </span>
      ) : (
        <span className="soft small">{t('hooks.never')}</span>
      )}
      <span className="row">
        <Button icon="send" disabled={!webhook.active} onClick={onTest}>
          {t('hooks.test')}
        </Button>
        <Button icon="edit" onClick={onEdit}>
          {t('hooks.edit')}
        </Button>
        <Button look="quiet" onClick={onSwitch}>
          {t(webhook.active ? 'hooks.switchOff' : 'hooks.switchOn')}
        </Button>
        {isOurs && (
          <Button look="quiet" onClick={onRenew}>
            {t('hooks.renew')}
          </Button>
        )}
        <Button look="quiet" onClick={onEnd}>
          {t('hooks.end')}
        </Button>
      </span>
    </li>
  );
}

/** Shown once: only the button closes it. */
function Secret({ secret, onKept }: { secret: string; onKept: () => void }) {
  const { t } = useTranslation('notices');
  const copy = () =>
    navigator.clipboard?.writeText(secret).then(
      () => toast(t('hooks.copied')),
      () => undefined,
    );
  return (
    <Dialog
      title={t('hooks.secretTitle')}
      footer={
        <>
          <Button icon="copy" onClick={copy}>
            {t('hooks.copy')}
          </Button>
          <Button look="primary" onClick={onKept}>
            {t('hooks.kept')}
          </Button>
        </>
      }
    >
      <p>{t('hooks.secretText')}</p>
      <p className="notices-secret">{secret}</p>
    </Dialog>
  );
}
