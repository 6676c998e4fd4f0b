// The auditor's first screen: who did or looked at what, when, from where and why. The search stands in the address;
// searching and exporting are themselves written into the trail.

import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { AuditEntry } from '@/lib/contract';
import { dayOf } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { type AuditFilter, auditQuery, exportAudit } from '@/lib/queries/audit';
import { MoreRows } from '@/parts/more-rows';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Empty, Loaded } from '@/ui/states';
import { toast } from '@/ui/toast';
import { type AuditSearch, cleaned, filterOf, isAskable, isBackwards } from '../search';
import { AuditTable } from './audit-table';
import { EntryDialog } from './entry-dialog';
import { Filters } from './filters';
import '../audit.css';

export function AuditPage() {
  const { t } = useTranslation('audit');
  const search: AuditSearch = useSearch({ from: '/shell/audit' });
  const navigate = useNavigate();
  const filter = filterOf(search, dayOf(clock.now()));
  const backwards = isBackwards(search);
  const askable = isAskable(search) && !backwards;
  const set = (next: AuditSearch) => void navigate({ to: '/audit', search: cleaned(next), replace: true });
  return (
    <div className="page page-wide">
      <div className="page-head">
        <div>
          <h1>{t('title')}</h1>
          <p className="soft small">{t('lead')}</p>
        </div>
        <Export filter={filter} disabled={!askable} />
      </div>
      <div className="card">
        <Filters
          search={search}
          onChange={(changes) => set({ ...search, ...changes })}
          onClear={() => set({})}
        />
        {askable ? (
          <Results filter={filter} onNarrow={(changes) => set({ period: 'all', ...changes })} />
        ) : (
          <Empty icon="search" title={t(backwards ? 'daysBackwards' : 'idWrong')} />
        )}
      </div>
    </div>
  );
}

function Results({ filter, onNarrow }: { filter: AuditFilter; onNarrow: (changes: AuditSearch) => void }) {
  const { t } = useTranslation('audit');
  const query = useInfiniteQuery(auditQuery(filter));
  const [shown, setShown] = useState<AuditEntry | null>(null);
  return (
    <Loaded query={query}>
      {({ pages }) => {
        const entries = pages.flatMap((page) => page.items);
        if (entries.length === 0) {
          return (
            <Empty icon="search" title={t('none')}>
              <p>{t('noneHint')}</p>
            </Empty>
          );
        }
        return (
          <div aria-busy={query.isPlaceholderData || undefined}>
            <AuditTable entries={entries} onOpen={setShown} />
            <p className="card-body audit-foot soft small" role="status">
              {t(query.hasNextPage ? 'countMore' : 'count', { count: entries.length })}
            </p>
            <MoreRows query={query} />
            {shown && (
              <EntryDialog
                entry={shown}
                onClose={() => setShown(null)}
                onNarrow={(changes) => {
                  setShown(null);
                  onNarrow(changes);
                }}
              />
            )}
          </div>
        );
      }}
    </Loaded>
  );
}

function Export({ filter, disabled }: { filter: AuditFilter; disabled: boolean }) {
  const { t } = useTranslation('audit');
  const download = useMutation({
    mutationFn: () => exportAudit(filter),
    onSuccess: (bytes) => {
      save(new Blob([bytes], { type: 'text/csv' }), `audit-${dayOf(clock.now())}.csv`);
      toast(t('exported'));
    },
    gcTime: 0,
  });
  return (
    <div className="stack-small audit-export">
      <Button icon="file" busy={download.isPending} disabled={disabled} onClick={() => download.mutate()}>
        {t('export')}
      </Button>
      {download.error && <ProblemBanner error={download.error} />}
    </div>
  );
}

function save(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The download has its own hold on the bytes by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
