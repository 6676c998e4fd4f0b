// My notices by day, newest first, with one press for having read all that is shown, and the way to how I am told.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { clock } from '@/lib/clock';
import type { Notice } from '@/lib/contract';
import { dayOf, formatWeekday } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { markAllNoticesRead, noticesQuery } from '@/lib/queries/notices';
import { NoticeRows } from '@/parts/notice-rows';
import { ProblemBanner } from '@/ui/banner';
import { Button, ButtonLink } from '@/ui/button';
import { Empty, Loaded } from '@/ui/states';
import { toast } from '@/ui/toast';
import '../notices.css';

export function NoticesPage() {
  const { t } = useTranslation('notices');
  const home = useTranslation('home');
  const client = useQueryClient();
  const query = useQuery(noticesQuery);
  const newest = query.data?.items[0];
  const readAll = useMutation({
    mutationFn: markAllNoticesRead,
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['notice'] });
      void client.invalidateQueries({ queryKey: ['todo'] });
      toast(t('allRead'));
    },
  });
  return (
    <div className="page" style={{ maxWidth: 760 }}>
      <div className="page-head">
        <h1>{home.t('notices')}</h1>
        <div className="row">
          {newest && (query.data?.unread ?? 0) > 0 && (
            <Button icon="check" busy={readAll.isPending} onClick={() => readAll.mutate(newest.id)}>
              {t('readAll')}
            </Button>
          )}
          <ButtonLink look="quiet" icon="bell" to="/account/notices">
            {t('settings')}
          </ButtonLink>
        </div>
      </div>
      {readAll.error && <ProblemBanner error={readAll.error} />}
      <div className="card">
        <Loaded query={query}>
          {(page) =>
            page.items.length === 0 ? (
              <Empty icon="bell" title={home.t('noticesNone')} />
            ) : (
              <>
                {byDay(page.items).map(([day, notices]) => (
                  <Day key={day} day={day} notices={notices} />
                ))}
                {page.next && <p className="card-body soft small">{t('older')}</p>}
              </>
            )
          }
        </Loaded>
      </div>
    </div>
  );
}

function Day({ day, notices }: { day: string; notices: Notice[] }) {
  const { t, language } = useTranslation('notices');
  const today = day === dayOf(clock.now());
  return (
    <section>
      <h2 className="notices-day soft">{today ? t('today') : formatWeekday(day, language)}</h2>
      <NoticeRows notices={notices} />
    </section>
  );
}

function byDay(notices: Notice[]): [string, Notice[]][] {
  const days = new Map<string, Notice[]>();
  for (const notice of notices) {
    const day = dayOf(Date.parse(notice.created_at));
    days.set(day, [...(days.get(day) ?? []), notice]);
  }
  return [...days];
}
