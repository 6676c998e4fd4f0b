// Every version the rules had: who, when, what changed from what to what; and putting one back.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { SettingsState, SettingsVersion } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { restoreSettings, settingsQuery, settingsVersionsQuery } from '@/lib/queries/routing';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { Empty, Loaded } from '@/ui/states';
import { toast } from '@/ui/toast';
import { Changes } from './changes';

export function VersionsCard({ state }: { state: SettingsState }) {
  const { t, language } = useTranslation('settings');
  const query = useQuery(settingsVersionsQuery);
  const [back, setBack] = useState<SettingsVersion | null>(null);
  return (
    <section className="card" aria-labelledby="settings-versions">
      <div className="card-head">
        <h2 id="settings-versions">{t('versions.title')}</h2>
      </div>
      <Loaded query={query}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty icon="clock" title={t('versions.none')} />
          ) : (
            <ul className="rows">
              {page.items.map((one) => (
                <li key={one.version} className="settings-version">
                  <div className="spread">
                    <span>
                      <strong>{t('versions.version', { version: one.version })}</strong>{' '}
                      <span className="soft">
                        {formatTime(one.changed_at, language, clock.now())} ·{' '}
                        {one.changed_by?.name ?? t('versions.shipped')}
                        {one.restored_from !== null &&
                          ` · ${t('versions.restoredFrom', { version: one.restored_from })}`}
                      </span>
                    </span>
                    {one.version !== state.version && (
                      <Button
                        look="quiet"
                        icon="refresh"
                        aria-label={`${t('versions.restore')} ${t('versions.version', { version: one.version })}`}
                        onClick={() => setBack(one)}
                      >
                        {t('versions.restore')}
                      </Button>
                    )}
                  </div>
                  {one.changes.length > 0 && <Changes changes={one.changes} />}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {back && <RestoreDialog state={state} version={back.version} onClose={() => setBack(null)} />}
    </section>
  );
}

function RestoreDialog({
  state,
  version,
  onClose,
}: {
  state: SettingsState;
  version: number;
  onClose: () => void;
}) {
  const { t } = useTranslation('settings');
  const common = useTranslation();
  const client = useQueryClient();
  const restore = useMutation({
    mutationFn: () => restoreSettings(state.version, version),
    onSuccess: (next) => {
      toast(t('saved', { version: next.version }));
      client.setQueryData(settingsQuery.queryKey, next);
      void client.invalidateQueries({ queryKey: ['settings'] });
      onClose();
    },
  });
  return (
    <Dialog
      title={t('versions.restoreTitle', { version })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{common.t('cancel')}</Button>
          <Button look="primary" busy={restore.isPending} onClick={() => restore.mutate()}>
            {t('versions.restore')}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p>{t('versions.restoreLead')}</p>
        {restore.error && <ProblemBanner error={restore.error} />}
      </div>
    </Dialog>
  );
}
