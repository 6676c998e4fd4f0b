import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '@/lib/i18n';
import { consultListQuery } from '@/lib/queries/consults';
import { ConsultRows } from '@/parts/consult-rows';
import { Empty, Loaded } from '@/ui/states';

export function WorklistPage() {
  const { t } = useTranslation('consults');
  const query = useQuery(consultListQuery('all'));
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('title')}</h1>
      </div>
      <div className="card">
        <Loaded query={query}>
          {(page) =>
            page.items.length > 0 ? (
              <ConsultRows rows={page.items} />
            ) : (
              <Empty icon="consult" title={t('empty.all')} />
            )
          }
        </Loaded>
      </div>
    </div>
  );
}
