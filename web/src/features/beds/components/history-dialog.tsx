import { useInfiniteQuery } from '@tanstack/react-query';
import { clock } from '@/lib/clock';
import type { BedFigure, BedRow } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { bedHistoryQuery } from '@/lib/queries/routing';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { Loaded } from '@/ui/states';

/** What was said of a department, the newest first. */
export function HistoryDialog({ row, onClose }: { row: BedRow; onClose: () => void }) {
  const { t, language } = useTranslation('beds');
  const common = useTranslation();
  const query = useInfiniteQuery(bedHistoryQuery(row.department.id));
  return (
    <Dialog
      title={t('history.title', { name: row.department.name })}
      onClose={onClose}
      footer={<Button onClick={onClose}>{common.t('close')}</Button>}
    >
      <Loaded query={query}>
        {({ pages }) => (
          <>
            <ul className="beds-history">
              {pages
                .flatMap((page) => page.items)
                .map((entry) => {
                  const said = entry.payload as unknown as BedFigure;
                  return (
                    <li key={entry.id}>
                      <strong>
                        {t('history.line', { open: said.open, occupied: said.occupied, free: said.free })}
                      </strong>
                      <span className="soft small">
                        {formatTime(entry.occurred_at, language, clock.now())} · {t(`source.${said.source}`)}
                        {entry.actor && ` · ${entry.actor.name}`}
                      </span>
                    </li>
                  );
                })}
            </ul>
            {query.hasNextPage && (
              <Button block busy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
                {t('history.more')}
              </Button>
            )}
          </>
        )}
      </Loaded>
    </Dialog>
  );
}
