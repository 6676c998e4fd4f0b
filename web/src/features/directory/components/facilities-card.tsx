// What an organisation can do, from when and until when, and where it is: by this it is suggested as a destination.

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { Capability, Facilities, OrganisationDetail } from '@/lib/contract';
import { formatDay } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { facilitiesQuery } from '@/lib/queries/routing';
import { inLanguage, type Words } from '@/lib/rules';
import { Button } from '@/ui/button';
import { Empty, Loaded } from '@/ui/states';
import { addCapability, endCapability, ending, lastDayOf, setPlace } from '../api/commands';
import { EditDialog } from './edit-dialog';
import { EndDialog } from './end-dialog';

export function FacilitiesCard({ organisation }: { organisation: OrganisationDetail }) {
  const { t } = useTranslation('directory');
  const query = useQuery(facilitiesQuery(organisation.id));
  return (
    <section className="card" aria-labelledby="facilities">
      <Loaded query={query}>
        {(facilities) => (
          <View organisation={organisation} facilities={facilities} title={t('facilities.title')} />
        )}
      </Loaded>
    </section>
  );
}

function View({
  organisation,
  facilities,
  title,
}: {
  organisation: OrganisationDetail;
  facilities: Facilities;
  title: string;
}) {
  const { t, language } = useTranslation('directory');
  const [open, setOpen] = useState<'add' | 'place' | null>(null);
  const [over, setOver] = useState<Capability | null>(null);
  const isOver = organisation.ended_at !== null;
  const lives = (one: Capability) => one.valid_until === null || Date.parse(one.valid_until) > clock.now();
  const nameOf = (code: string) => {
    const known = facilities.catalogue.find((one) => one.code === code);
    return known ? inLanguage(known.text as Words, language) : code;
  };
  const living = facilities.capabilities.filter(lives);
  const { latitude, longitude } = facilities.coordinates;
  return (
    <>
      <div className="card-head">
        <h2 id="facilities">{title}</h2>
        {!isOver && (
          <span className="row">
            <Button icon="edit" onClick={() => setOpen('place')}>
              {t('facilities.place')}
            </Button>
            <Button icon="plus" onClick={() => setOpen('add')}>
              {t('facilities.add')}
            </Button>
          </span>
        )}
      </div>
      <p className="card-body soft" style={{ paddingBottom: 0 }}>
        {latitude === null || longitude === null
          ? t('facilities.noPlace')
          : t('facilities.at', { latitude, longitude })}
      </p>
      {living.length === 0 ? (
        <Empty icon="pulse" title={t('facilities.none')} />
      ) : (
        <ul className="rows">
          {living.map((one) => (
            <li key={one.id} className="rows-item line-row">
              <span>
                <span>{nameOf(one.code)}</span>
                <span className="soft small line-second">
                  {one.valid_until
                    ? t('agreement.until', { day: formatDay(lastDayOf(one.valid_until), language) })
                    : t('agreement.open')}
                </span>
              </span>
              {!isOver && (
                <Button
                  look="quiet"
                  icon="ban"
                  aria-label={`${t('facilities.end')} ${nameOf(one.code)}`}
                  onClick={() => setOver(one)}
                >
                  {t('facilities.end')}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {open === 'add' && (
        <EditDialog
          title={t('facilities.add')}
          fields={[
            {
              name: 'code',
              label: t('facilities.capability'),
              kind: 'select',
              required: true,
              options: facilities.catalogue
                .filter((kind) => !living.some((one) => one.code === kind.code))
                .map((kind) => ({ value: kind.code, label: nameOf(kind.code) })),
            },
            { name: 'valid_until', label: t('agreement.validUntil'), kind: 'day' },
          ]}
          initial={{}}
          onClose={() => setOpen(null)}
          onSave={({ code, valid_until }) =>
            addCapability({ organisation_id: organisation.id, code, valid_until: ending(valid_until) })
          }
        />
      )}
      {open === 'place' && (
        <EditDialog
          title={t('facilities.place')}
          intro={t('facilities.placeHint')}
          fields={[
            { name: 'latitude', label: t('facilities.latitude') },
            { name: 'longitude', label: t('facilities.longitude') },
          ]}
          initial={{ latitude: latitude?.toString() ?? '', longitude: longitude?.toString() ?? '' }}
          onClose={() => setOpen(null)}
          onSave={(values) =>
            setPlace(organisation.id, facilities.version, {
              latitude: degrees(values.latitude),
              longitude: degrees(values.longitude),
            })
          }
        />
      )}
      {over && (
        <EndDialog
          title={t('facilities.endTitle', { name: nameOf(over.code) })}
          points={[t('facilities.endNew'), t('facilities.endKept')]}
          action={t('facilities.end')}
          onEnd={() => endCapability(over)}
          onClose={() => setOver(null)}
        />
      )}
    </>
  );
}

/** What is no number is sent as one nowhere on earth: the server says at which field. */
function degrees(text: string | undefined): number | null {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '') return null;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : 999;
}
