import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from '@/lib/i18n';
import { type LegBox, legListQuery } from '@/lib/queries/legs';
import { DESK, useMe } from '@/lib/session';
import { LegRows } from '@/parts/leg-rows';
import { ButtonLink } from '@/ui/button';
import { Empty, Loaded } from '@/ui/states';
import { Tabs } from '@/ui/tabs';

export function ReferralsPage() {
  const { t } = useTranslation('referrals');
  const desk = DESK[useMe().position.role];
  const village = desk === 'village';
  const [box, setBox] = useState<LegBox>(village ? 'sent' : 'all');
  const query = useQuery(legListQuery(box));
  const counts = query.data?.counts;
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('title')}</h1>
        {village && (
          <ButtonLink to="/referrals/new" search={{}} look="primary" icon="plus">
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
            // Whoever oversees sends and receives none of them.
            ...(desk === 'office'
              ? []
              : ([
                  { value: 'sent', text: t('box.sent'), count: counts?.sent },
                  { value: 'incoming', text: t('box.incoming'), count: counts?.incoming, urgent: true },
                ] as const)),
            { value: 'all', text: t('box.all') },
          ]}
        />
        <Loaded query={query}>
          {(page) =>
            page.items.length > 0 ? (
              <LegRows rows={page.items} />
            ) : (
              <Empty icon="referral" title={t(`empty.${box}`)} />
            )
          }
        </Loaded>
      </div>
    </div>
  );
}
