// 规则设置: deadlines with their ladders, criteria, templates and the age of bed figures. Changes are shown before they are kept, and
// every version can be put back.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { SettingsChange, SettingsState } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { asProblem } from '@/lib/problem';
import { changeSettings, previewSettings, settingsQuery } from '@/lib/queries/routing';
import { Banner, ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { TextField } from '@/ui/field';
import { Loaded } from '@/ui/states';
import { toast } from '@/ui/toast';
import { minutesOf, patchOf, type Rules } from '../spans';
import { Changes } from './changes';
import { CriteriaCard, TemplatesCard } from './criteria-card';
import { DeadlinesCard } from './deadlines-card';
import { VersionsCard } from './versions-card';
import './settings.css';

export function SettingsPage() {
  const { t } = useTranslation('settings');
  const query = useQuery(settingsQuery);
  return (
    <div className="page">
      <div className="page-head">
        <div className="stack-small">
          <h1>{t('title')}</h1>
          <p className="soft">{t('lead')}</p>
        </div>
      </div>
      <Loaded query={query}>{(state) => <Editor key={state.version} state={state} />}</Loaded>
    </div>
  );
}

function Editor({ state }: { state: SettingsState }) {
  const { t } = useTranslation('settings');
  const standing = state.rules as Rules;
  const defaults = state.defaults as Rules;
  const [rules, setRules] = useState(standing);
  const [stale, setStale] = useState(String(standing.beds.stale_minutes));
  const [wrong, setWrong] = useState<ReadonlySet<string>>(new Set());
  // Fields keep what was typed; another round begins them anew.
  const [round, setRound] = useState(0);
  const preview = useMutation({ mutationFn: previewSettings });
  const staleMinutes = minutesOf(stale);
  const next = { ...rules, beds: { stale_minutes: staleMinutes ?? rules.beds.stale_minutes } };
  const patch = patchOf(standing, next);
  const isChanged = Object.keys(patch).length > 0;
  const isWrong = wrong.size > 0 || staleMinutes === null;

  function mark(field: string, is: boolean) {
    setWrong((now) => {
      const marked = new Set(now);
      if (is) marked.add(field);
      else marked.delete(field);
      return marked;
    });
  }

  function undo() {
    setRules(standing);
    setStale(String(standing.beds.stale_minutes));
    setWrong(new Set());
    setRound(round + 1);
  }

  return (
    <div className="stack">
      <Banner tone="blue" icon="info">
        {t('running')}
      </Banner>
      <DeadlinesCard
        key={`deadlines ${round}`}
        value={rules.deadlines}
        defaults={defaults.deadlines}
        onChange={(deadlines) => setRules({ ...rules, deadlines })}
        onWrong={mark}
      />
      <CriteriaCard
        key={`criteria ${round}`}
        value={rules.criteria}
        onChange={(criteria) => setRules({ ...rules, criteria })}
        onWrong={mark}
      />
      <TemplatesCard value={rules.templates} onChange={(templates) => setRules({ ...rules, templates })} />
      <section className="card" aria-labelledby="settings-beds">
        <div className="card-head">
          <h2 id="settings-beds">{t('beds.title')}</h2>
        </div>
        <div className="card-body settings-short">
          <TextField
            label={t('beds.stale')}
            hint={t('beds.staleHint')}
            inputMode="numeric"
            value={stale}
            maxLength={5}
            note={staleMinutes === null ? { tone: 'wrong', text: t('spanWrong') } : null}
            onChange={(event) => setStale(event.target.value)}
          />
        </div>
      </section>
      {preview.error && <ProblemBanner error={preview.error} />}
      <div className="settings-foot">
        <span className="soft">{t(isChanged ? 'unsaved' : 'asKept', { version: state.version })}</span>
        <Button disabled={!isChanged && !isWrong} onClick={undo}>
          {t('undo')}
        </Button>
        <Button
          look="primary"
          disabled={!isChanged || isWrong}
          busy={preview.isPending}
          onClick={() => preview.mutate(patch)}
        >
          {t('preview')}
        </Button>
      </div>
      <VersionsCard state={state} />
      {preview.data && (
        <ConfirmDialog
          version={state.version}
          patch={patch}
          changes={preview.data.changes}
          onClose={() => preview.reset()}
        />
      )}
    </div>
  );
}

function ConfirmDialog({
  version,
  patch,
  changes,
  onClose,
}: {
  version: number;
  patch: object;
  changes: SettingsChange[];
  onClose: () => void;
}) {
  const { t } = useTranslation('settings');
  const common = useTranslation();
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: () => changeSettings(version, patch),
    onSuccess: (state) => {
      toast(t('saved', { version: state.version }));
      client.setQueryData(settingsQuery.queryKey, state);
      void client.invalidateQueries({ queryKey: ['settings'] });
      onClose();
    },
  });
  const overtaken = save.error && asProblem(save.error).status === 412;
  return (
    <Dialog
      title={t('confirm.title')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{common.t('cancel')}</Button>
          {overtaken ? (
            <Button
              look="primary"
              onClick={() => void client.invalidateQueries({ queryKey: ['settings'] }).then(onClose)}
            >
              {t('confirm.reload')}
            </Button>
          ) : (
            <Button look="primary" busy={save.isPending} onClick={() => save.mutate()}>
              {t('confirm.save')}
            </Button>
          )}
        </>
      }
    >
      <div className="stack">
        <p>{t('confirm.lead', { count: changes.length })}</p>
        <Changes changes={changes} />
        <p className="soft">{t('running')}</p>
        {save.error && <ProblemBanner error={save.error} />}
      </div>
    </Dialog>
  );
}
