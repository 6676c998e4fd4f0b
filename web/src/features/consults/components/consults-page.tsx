import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '@/lib/i18n';
import { type ConsultBox, consultListQuery } from '@/lib/queries/consults';
import { DESK, mayAskConsult, useMe } from '@/lib/session';
import { ConsultRows } from '@/parts/consult-rows';
import { ButtonLink } from '@/ui/button';
import { Empty, Loaded } from '@/ui/states';
import { Tabs } from '@/ui/tabs';

export function ConsultsPage() {
  const { t } = useTranslation('consults');
  const { role } = useMe().position;
  // Whoever oversees began none of them.
  const oversees = DESK[role] === 'office';
  const [box, setBox] = useState<ConsultBox>(oversees ? 'all' : 'started');
  const query = useQuery(consultListQuery(box));
  const counts = query.data?.counts;
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('title')}</h1>
        {mayAskConsult(role) && (
          <ButtonLink to="/consults/new" search={{}} look="primary" icon="plus">
            {t('new')}
          </ButtonLink>
        )}
      </div>
      <div className="card">
        <Tabs
          label={t('title')}
          value={box}
          onChange={setBox}
          tabs={[
            ...(oversees
              ? []
              : [{ value: 'started', text: t('box.started'), count: counts?.started } as const]),
            { value: 'todo', text: t('box.todo'), count: counts?.todo, urgent: true },
            { value: 'all', text: t('box.all') },
          ]}
        />
        <Loaded query={query}>
          {(page) =>
            page.items.length > 0 ? (
              <ConsultRows rows={page.items} />
            ) : (
              <Empty icon="consult" title={t(`empty.${box}`)} />
            )
          }
        </Loaded>
      </div>
    </div>
  );
}
