// Who works in an organisation, a page at a time, and how somebody new gets there.

import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { OrganisationDetail } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { findPeopleQuery } from '@/lib/queries/directory';
import { useSettled } from '@/lib/settled';
import { MoreRows } from '@/parts/more-rows';
import { Button } from '@/ui/button';
import { TextField } from '@/ui/field';
import { Icon } from '@/ui/icon';
import { Empty, Loaded } from '@/ui/states';
import { NewPersonDialog } from './person-dialogs';

export function StaffCard({ organisation }: { organisation: OrganisationDetail }) {
  const { t } = useTranslation('directory');
  const common = useTranslation();
  const [typed, setTyped] = useState('');
  const [adding, setAdding] = useState(false);
  const q = useSettled(typed.trim(), 200);
  const wanted = { q, department: '', specialty: '', onDuty: false, organisation: organisation.id };
  const query = useInfiniteQuery(findPeopleQuery(wanted));
  const people = query.data?.pages.flatMap((page) => page.items);
  return (
    <section className="card" aria-labelledby="staff">
      <div className="card-head">
        <h2 id="staff">{t('person.title')}</h2>
        {organisation.ended_at === null && (
          <Button icon="plus" onClick={() => setAdding(true)}>
            {t('person.add')}
          </Button>
        )}
      </div>
      <div className="card-body tree-search">
        <TextField
          label={t('person.find')}
          type="search"
          value={typed}
          autoComplete="off"
          onChange={(event) => setTyped(event.target.value)}
        />
      </div>
      <Loaded query={{ ...query, data: people }}>
        {(found) => (
          <>
            {found.length === 0 ? (
              <Empty icon="users" title={t(q ? 'person.noneFound' : 'person.none')} />
            ) : (
              <ul className="rows" aria-busy={query.isPlaceholderData || undefined}>
                {found.map((one) => (
                  <li key={one.position_id}>
                    <Link
                      to="/directory/people/$personId"
                      params={{ personId: one.id }}
                      className="rows-link line-row"
                    >
                      <span>
                        <strong>{one.name}</strong> <span className="soft">{one.title}</span>
                        <span className="soft small line-second">
                          {[one.department?.name, common.t(`role.${one.role}`)].filter(Boolean).join(' · ')}
                        </span>
                      </span>
                      <Icon name="chevronRight" size={20} />
                    </Link>
                  </li>
                ))}
              </ul>
            )}
            <MoreRows query={query} />
          </>
        )}
      </Loaded>
      {adding && <NewPersonDialog organisation={organisation} onClose={() => setAdding(false)} />}
    </section>
  );
}
