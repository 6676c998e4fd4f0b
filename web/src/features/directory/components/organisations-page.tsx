// 机构: the tree of the alliance, and the way to each; or, for printing, to each one's slips.

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Organisation } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { organisationsQuery, unplacedQuery } from '@/lib/queries/directory';
import { Banner } from '@/ui/banner';
import { Button, ButtonLink } from '@/ui/button';
import { TextField } from '@/ui/field';
import { Icon } from '@/ui/icon';
import { Empty, Loaded } from '@/ui/states';
import { matching } from '../api/tree';
import { OrganisationDialog } from './organisation-dialog';
import '../directory.css';

/** Deeper steps are not told apart by more white. */
const DEEPEST = 4;

export function OrganisationsPage() {
  const { t } = useTranslation('directory');
  const [adding, setAdding] = useState(false);
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('title')}</h1>
        <div className="row">
          <ButtonLink to="/directory/import" icon="upload">
            {t('home.import')}
          </ButtonLink>
          <Button look="primary" icon="plus" onClick={() => setAdding(true)}>
            {t('organisation.add')}
          </Button>
        </div>
      </div>
      <Unplaced />
      <Tree to="/directory/organisations/$organisationId" />
      {adding && <OrganisationDialog standing={null} onClose={() => setAdding(false)} />}
    </div>
  );
}

/** Whoever stands under no organisation is in none of its lists: said where the administrator begins. */
function Unplaced() {
  const { t } = useTranslation('directory');
  const query = useInfiniteQuery({ ...unplacedQuery, staleTime: 0 });
  if (!query.data?.pages[0]?.items.length) return null;
  return (
    <div className="unplaced">
      <Banner tone="amber" action={<ButtonLink to="/directory/unplaced">{t('unplaced.show')}</ButtonLink>}>
        {t('unplaced.some')}
      </Banner>
    </div>
  );
}

export function SlipsPage() {
  const { t } = useTranslation('directory');
  return (
    <div className="page">
      <div className="page-head">
        <div className="stack-small">
          <h1>{t('home.slips')}</h1>
          <p className="soft">{t('slipsOf')}</p>
        </div>
      </div>
      <Tree to="/directory/organisations/$organisationId/slips" />
    </div>
  );
}

type To = '/directory/organisations/$organisationId' | '/directory/organisations/$organisationId/slips';

function Tree({ to }: { to: To }) {
  const { t } = useTranslation('directory');
  const query = useQuery({ ...organisationsQuery, staleTime: 0 });
  const [typed, setTyped] = useState('');
  return (
    <div className="card">
      <div className="card-body tree-search">
        <TextField
          label={t('findOrganisation')}
          type="search"
          value={typed}
          autoComplete="off"
          onChange={(event) => setTyped(event.target.value)}
        />
      </div>
      <Loaded query={query}>
        {(page) => {
          const shown = matching(page.items, typed);
          return shown.length === 0 ? (
            <Empty icon="building" title={t('noOrganisation')} />
          ) : (
            <ul className="rows">
              {shown.map(({ organisation, depth }) => (
                <li key={organisation.id}>
                  <Row organisation={organisation} depth={depth} to={to} />
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
    </div>
  );
}

function Row({ organisation, depth, to }: { organisation: Organisation; depth: number; to: To }) {
  const { t } = useTranslation('directory');
  return (
    <Link
      to={to}
      params={{ organisationId: organisation.id }}
      search={{}}
      className={`rows-link tree-row tree-${Math.min(depth, DEEPEST)}`}
    >
      <Icon name="building" size={20} />
      <span className="tree-name">
        {organisation.name}
        <span className="soft small">
          {[
            organisation.code,
            t(`level.${organisation.level}`),
            organisation.external && t('organisation.outside'),
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </span>
      <Icon name="chevronRight" size={20} />
    </Link>
  );
}
