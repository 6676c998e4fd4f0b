// One organisation: what is kept of it, its departments, its people and its agreements.

import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { OrganisationDetail } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { organisationQuery } from '@/lib/queries/directory';
import { Banner } from '@/ui/banner';
import { Button, ButtonLink } from '@/ui/button';
import { Icon } from '@/ui/icon';
import { Loaded } from '@/ui/states';
import { endOrganisation } from '../api/commands';
import { AgreementsCard } from './agreements-card';
import { DepartmentsCard } from './departments-card';
import { EndDialog } from './end-dialog';
import { FacilitiesCard } from './facilities-card';
import { OrganisationDialog } from './organisation-dialog';
import { StaffCard } from './staff-card';
import '../directory.css';

export function OrganisationPage() {
  const { t } = useTranslation('directory');
  const { organisationId } = useParams({ from: '/shell/directory/organisations/$organisationId' });
  const query = useQuery(organisationQuery(organisationId));
  return (
    <div className="page">
      <Link to="/directory" className="back-link">
        <Icon name="chevronLeft" size={20} />
        {t('title')}
      </Link>
      <Loaded query={query}>{(organisation) => <View organisation={organisation} />}</Loaded>
    </div>
  );
}

function View({ organisation }: { organisation: OrganisationDetail }) {
  const { t } = useTranslation('directory');
  const [open, setOpen] = useState<'edit' | 'end' | null>(null);
  const isOver = organisation.ended_at !== null;
  return (
    <>
      <div className="page-head">
        <h1>{organisation.name}</h1>
        {!isOver && (
          <div className="row">
            <ButtonLink
              to="/directory/organisations/$organisationId/slips"
              params={{ organisationId: organisation.id }}
              search={{}}
              icon="print"
            >
              {t('home.slips')}
            </ButtonLink>
            <Button icon="edit" onClick={() => setOpen('edit')}>
              {t('edit')}
            </Button>
          </div>
        )}
      </div>
      <div className="stack">
        {isOver && <Banner tone="amber">{t('organisation.isOver')}</Banner>}
        <section className="card card-body">
          <Facts organisation={organisation} />
        </section>
        <StaffCard organisation={organisation} />
        <DepartmentsCard organisation={organisation} />
        <AgreementsCard organisation={organisation} />
        <FacilitiesCard organisation={organisation} />
        {!isOver && (
          <div className="form-actions">
            <Button look="danger" icon="ban" onClick={() => setOpen('end')}>
              {t('organisation.end')}
            </Button>
          </div>
        )}
      </div>
      {open === 'edit' && <OrganisationDialog standing={organisation} onClose={() => setOpen(null)} />}
      {open === 'end' && (
        <EndDialog
          title={t('organisation.endTitle', { name: organisation.name })}
          points={[t('organisation.endUse'), t('organisation.endAgreements'), t('organisation.endKept')]}
          action={t('organisation.end')}
          onEnd={() => endOrganisation(organisation)}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}

function Facts({ organisation }: { organisation: OrganisationDetail }) {
  const { t, has } = useTranslation('directory');
  const level = `level.${organisation.level}`;
  const code = (system: string) =>
    organisation.codes.find((one) => one.system === system && !one.valid_until)?.value;
  const facts: [string, string | null | undefined][] = [
    [t('organisation.code'), organisation.code],
    [t('organisation.level'), has(level) ? t(level) : organisation.level],
    [t('organisation.parent'), organisation.parent?.name],
    [t('organisation.phone'), organisation.phone],
    [t('organisation.uscc'), code('uscc')],
    [t('organisation.institution'), code('institution')],
    [t('organisation.tree'), organisation.external ? t('organisation.outside') : null],
  ];
  return (
    <dl className="facts">
      {facts
        .filter(([, value]) => value)
        .map(([label, value]) => (
          <div className="facts-pair" key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
