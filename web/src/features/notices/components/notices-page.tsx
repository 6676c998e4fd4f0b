import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '@/lib/i18n';
import { noticesQuery } from '@/lib/queries/notices';
import { NoticeRows } from '@/parts/notice-rows';
import { Empty, Loaded } from '@/ui/states';

export function NoticesPage() {
  const { t } = useTranslation('home');
  const query = useQuery(noticesQuery);
  return (
    <div className="page" style={{ maxWidth: 760 }}>
      <div className="page-head">
        <h1>{t('notices')}</h1>
      </div>
      <div className="card">
        <Loaded query={query}>
          {(page) =>
            page.items.length === 0 ? (
              <Empty icon="bell" title={t('noticesNone')} />
            ) : (
              <NoticeRows notices={page.items} />
            )
          }
        </Loaded>
      </div>
    </div>
  );
}
