// The series of all studies at hand, each with a picture made by the server.
import { useState } from 'react';
import type { Series, Study } from '@/lib/contract';
import { formatDay } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { DeskIcon } from '@/ui/desk-icon';
import { type SeriesKey, thumbnailUrl } from '../addresses';

interface Props {
  studies: Study[];
  selected: SeriesKey | null;
  onSelect: (key: SeriesKey) => void;
}

export function SeriesList({ studies, selected, onSelect }: Props) {
  const { t, language } = useTranslation('viewer');
  return (
    <nav className="viewer-series" aria-label={t('series')} data-testid="viewer-series">
      {studies.map((study) => (
        <section key={study.id}>
          <h3>
            {study.description || study.modalities.join(' ')}
            <small>{formatDay(study.study_date, language)}</small>
          </h3>
          <ul>
            {study.series.map((series) => {
              const key = { studyUid: study.study_uid, seriesUid: series.series_uid };
              return (
                <li key={series.series_uid}>
                  <button
                    type="button"
                    className="viewer-series-item"
                    aria-current={selected?.seriesUid === series.series_uid ? 'true' : undefined}
                    data-testid="viewer-series-item"
                    onClick={() => onSelect(key)}
                  >
                    <Thumbnail address={thumbnailUrl(key)} fallback={study.preview_url} />
                    <span className="viewer-series-text">
                      <span>{series.description || t('unnamedSeries')}</span>
                      <small>{captionOf(series, t('images', { count: series.instances }))}</small>
                    </span>
                  </button>
                </li>
              );
            })}
          </ul>
        </section>
      ))}
    </nav>
  );
}

function captionOf(series: Series, images: string): string {
  return [series.number === null ? '' : `#${series.number}`, series.modality, images]
    .filter(Boolean)
    .join(' · ');
}

function Thumbnail({ address, fallback }: { address: string; fallback: string | null }) {
  const [source, setSource] = useState<string | null>(address);
  if (!source) {
    return (
      <span className="viewer-thumbnail">
        <DeskIcon name="layers" />
      </span>
    );
  }
  return (
    <img
      className="viewer-thumbnail"
      src={source}
      alt=""
      loading="lazy"
      width={64}
      height={64}
      onError={() => setSource(source === fallback ? null : fallback)}
    />
  );
}
