// 随访: what my organisation owes to those who have come back, by day. On a phone the main button lies under the thumb.

import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from '@/lib/i18n';
import { type FollowUpTab, followUpsQuery } from '@/lib/queries/follow-ups';
import { FollowUpRows } from '@/parts/follow-up-rows';
import { Empty, Loaded } from '@/ui/states';
import { Tabs } from '@/ui/tabs';

const TABS: FollowUpTab[] = ['due', 'overdue', 'ended'];

export function FollowUpsPage() {
  const { t } = useTranslation('followUp');
  const search = useSearch({ from: '/shell/follow-ups' });
  const navigate = useNavigate();
  const tab = TABS.find((one) => one === search.state) ?? 'due';
  const query = useQuery(followUpsQuery(tab));
  const counts = query.data?.counts;
  const count = { due: counts && counts.today + counts.later, overdue: counts?.overdue, ended: undefined };
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('title')}</h1>
      </div>
      <section className="card">
        <Tabs
          label={t('title')}
          value={tab}
          tabs={TABS.map((value) => ({
            value,
            text: t(`tab.${value}`),
            count: count[value],
            urgent: value === 'overdue',
          }))}
          onChange={(state) => void navigate({ to: '/follow-ups', search: { state }, replace: true })}
        />
        <Loaded query={query}>
          {(page) =>
            page.items.length === 0 ? (
              <Empty icon="calendar" title={t(`none.${tab}`)} />
            ) : (
              <FollowUpRows rows={page.items} about="nothing" />
            )
          }
        </Loaded>
      </section>
    </div>
  );
}
