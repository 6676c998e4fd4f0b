// What an organisation may ask of others, and others of it.

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { Agreement, OrganisationDetail } from '@/lib/contract';
import { formatDay } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { agreementsQuery, organisationsQuery } from '@/lib/queries/directory';
import { Button } from '@/ui/button';
import { Empty, Loaded } from '@/ui/states';
import { agree, endAgreement, ending, lastDayOf } from '../api/commands';
import { EditDialog } from './edit-dialog';
import { EndDialog } from './end-dialog';

const KINDS = ['consult', 'referral'] as const;

export function AgreementsCard({ organisation }: { organisation: OrganisationDetail }) {
  const { t, language } = useTranslation('directory');
  const query = useQuery(agreementsQuery(organisation.id));
  const [adding, setAdding] = useState(false);
  const [over, setOver] = useState<Agreement | null>(null);
  const lives = (one: Agreement) => one.valid_until === null || Date.parse(one.valid_until) > clock.now();
  return (
    <section className="card" aria-labelledby="agreements">
      <div className="card-head">
        <h2 id="agreements">{t('agreement.title')}</h2>
        {organisation.ended_at === null && (
          <Button icon="plus" onClick={() => setAdding(true)}>
            {t('agreement.add')}
          </Button>
        )}
      </div>
      <Loaded query={query}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty icon="file" title={t('agreement.none')} />
          ) : (
            <ul className="rows">
              {page.items.map((one) => (
                <li key={one.id} className="rows-item line-row">
                  <span>
                    {t(`agreement.says.${one.kind}`, { from: one.from.name, to: one.to.name })}
                    <span className="soft small line-second">
                      {lives(one)
                        ? one.valid_until
                          ? t('agreement.until', { day: formatDay(lastDayOf(one.valid_until), language) })
                          : t('agreement.open')
                        : t('agreement.over')}
                    </span>
                  </span>
                  {lives(one) && (
                    <Button
                      look="quiet"
                      icon="ban"
                      aria-label={`${t('agreement.end')} ${t(`agreement.says.${one.kind}`, { from: one.from.name, to: one.to.name })}`}
                      onClick={() => setOver(one)}
                    >
                      {t('agreement.end')}
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {adding && <AgreementDialog organisation={organisation} onClose={() => setAdding(false)} />}
      {over && (
        <EndDialog
          title={t('agreement.endTitle')}
          points={[
            t(`agreement.says.${over.kind}`, { from: over.from.name, to: over.to.name }),
            t('agreement.endNew'),
            t('agreement.endGoes'),
          ]}
          action={t('agreement.end')}
          onEnd={() => endAgreement(over)}
          onClose={() => setOver(null)}
        />
      )}
    </section>
  );
}

function AgreementDialog({
  organisation,
  onClose,
}: {
  organisation: OrganisationDetail;
  onClose: () => void;
}) {
  const { t } = useTranslation('directory');
  const all = useQuery(organisationsQuery).data?.items ?? [];
  const options = all.map((one) => ({ value: one.id, label: one.name }));
  return (
    <EditDialog
      title={t('agreement.add')}
      fields={[
        {
          name: 'kind',
          label: t('agreement.kind'),
          kind: 'select',
          required: true,
          options: KINDS.map((value) => ({ value, label: t(`agreement.${value}`) })),
        },
        { name: 'from_organisation_id', label: t('agreement.from'), kind: 'select', required: true, options },
        { name: 'to_organisation_id', label: t('agreement.to'), kind: 'select', required: true, options },
        { name: 'valid_until', label: t('agreement.validUntil'), kind: 'day' },
      ]}
      initial={{ from_organisation_id: organisation.id }}
      onClose={onClose}
      onSave={({ kind, from_organisation_id, to_organisation_id, valid_until }) =>
        agree({ kind, from_organisation_id, to_organisation_id, valid_until: ending(valid_until) })
      }
    />
  );
}
