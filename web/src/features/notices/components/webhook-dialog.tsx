// Adding or changing a webhook. An address and a secret that are kept are not shown again: empty leaves them as they are.

import { type FormEvent, useState } from 'react';
import type { NoticeLanguage, Webhook, WebhookAdapter } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { changeWebhook, createWebhook } from '@/lib/queries/notices';
import { uuidv7 } from '@/lib/uuid';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { Check, SelectField, TextField } from '@/ui/field';
import { useKindText } from './delivery-words';

const ADAPTERS: WebhookAdapter[] = ['standard', 'dingtalk', 'wecom', 'sms_gateway'];

export function WebhookDialog({
  standing,
  kinds,
  onSaved,
  onClose,
}: {
  standing: Webhook | null;
  kinds: string[];
  /** With the secret to keep, where one was made. */
  onSaved: (secret: string | null) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation('notices');
  const common = useTranslation();
  const kindText = useKindText();
  const [id] = useState(() => standing?.id ?? uuidv7());
  const [adapter, setAdapter] = useState<WebhookAdapter>(standing?.adapter ?? 'standard');
  const [name, setName] = useState(standing?.name ?? '');
  const [url, setUrl] = useState('');
  const [secret, setSecret] = useState('');
  const [template, setTemplate] = useState(standing?.template ?? '');
  const [language, setLanguage] = useState<NoticeLanguage>(standing?.language ?? 'zh-CN');
  const [events, setEvents] = useState<string[]>(standing?.events ?? []);
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const isGateway = adapter === 'sms_gateway';
  const isComplete =
    name.trim() && (url.trim() || standing) && (isGateway ? template.trim() : events.length > 0);

  async function save(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!isComplete) return;
    setBusy(true);
    setProblem(null);
    const facts = {
      name: name.trim(),
      language,
      events: isGateway ? [] : events,
      template: isGateway ? template.trim() : null,
    };
    try {
      if (standing) {
        const typed = {
          ...(url.trim() && { url: url.trim() }),
          ...(secret.trim() && { secret: secret.trim() }),
        };
        await changeWebhook(standing, { ...facts, ...typed });
        onSaved(null);
      } else {
        const own = adapter === 'dingtalk' ? secret.trim() || null : null;
        onSaved((await createWebhook({ id, adapter, url: url.trim(), secret: own, ...facts })).secret);
      }
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  }

  const missing = (value: string) =>
    tried && !value.trim() ? { tone: 'wrong' as const, text: common.t('required') } : null;
  return (
    <Dialog title={t(standing ? 'hooks.edit' : 'hooks.add')} onClose={onClose}>
      <form onSubmit={save} noValidate className="stack">
        {problem !== null && <ProblemBanner error={problem} />}
        <TextField
          label={t('hooks.name')}
          hint={t('hooks.nameHint')}
          maxLength={60}
          value={name}
          note={missing(name)}
          onChange={(event) => setName(event.target.value)}
        />
        <SelectField
          label={t('hooks.adapter')}
          hint={t(`hooks.adapterHint.${adapter}`)}
          value={adapter}
          disabled={standing !== null}
          onChange={(event) => setAdapter(event.target.value as WebhookAdapter)}
        >
          {ADAPTERS.map((one) => (
            <option key={one} value={one}>
              {t(`hooks.adapters.${one}`)}
            </option>
          ))}
        </SelectField>
        <TextField
          label={t('hooks.url')}
          hint={standing ? t('hooks.urlStanding', { url: standing.url }) : undefined}
          type="url"
          autoComplete="off"
          value={url}
          note={standing ? null : missing(url)}
          onChange={(event) => setUrl(event.target.value)}
        />
        {adapter === 'dingtalk' && (
          <TextField
            label={t('hooks.secret')}
            hint={standing?.has_secret ? t('hooks.secretStanding') : t('hooks.secretHint')}
            autoComplete="off"
            optional
            value={secret}
            onChange={(event) => setSecret(event.target.value)}
          />
        )}
        {isGateway && (
          <TextField
            label={t('hooks.template')}
            value={template}
            note={missing(template)}
            onChange={(event) => setTemplate(event.target.value)}
          />
        )}
        {(adapter === 'dingtalk' || adapter === 'wecom') && (
          <SelectField
            label={t('hooks.language')}
            value={language}
            onChange={(event) => setLanguage(event.target.value as NoticeLanguage)}
          >
            <option value="zh-CN">{t('prefs.zh-CN')}</option>
            <option value="en">{t('prefs.en')}</option>
          </SelectField>
        )}
        {!isGateway && (
          <fieldset className="fieldset">
            <legend>{t('hooks.events')}</legend>
            <Check
              checked={events.length === kinds.length}
              onChange={(event) => setEvents(event.target.checked ? kinds : [])}
            >
              {t('hooks.allOf')}
            </Check>
            <div className="notices-events">
              {kinds.map((kind) => (
                <Check
                  key={kind}
                  checked={events.includes(kind)}
                  onChange={(event) =>
                    setEvents(
                      event.target.checked ? [...events, kind] : events.filter((other) => other !== kind),
                    )
                  }
                >
                  {kindText(kind)}
                </Check>
              ))}
            </div>
            {tried && events.length === 0 && (
              <span className="field-note field-note-wrong" role="alert">
                {common.t('required')}
              </span>
            )}
          </fieldset>
        )}
        <div className="row spread">
          <Button look="quiet" onClick={onClose}>
            {common.t('cancel')}
          </Button>
          <Button type="submit" look="primary" busy={busy}>
            {common.t('save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
