// Studies as pictures that the server made: never the viewer, so that a phone can show them.

import type { ReactNode } from 'react';
import type { Study } from '@/lib/contract';
import { formatDay } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { Icon } from '@/ui/icon';
import { Status } from '@/ui/status';
import './study-cards.css';

export function StudyCards({ studies, action }: { studies: Study[]; action?: (study: Study) => ReactNode }) {
  return (
    <ul className="study-cards">
      {studies.map((study) => (
        <li key={study.id}>
          <StudyCard study={study} action={action?.(study)} />
        </li>
      ))}
    </ul>
  );
}

function StudyCard({ study, action }: { study: Study; action: ReactNode }) {
  const { t, language } = useTranslation('studies');
  const title = study.description || study.modalities.map((m) => modality(m)).join(' + ') || t('untitled');
  function modality(code: string): string {
    return code === 'CT' || code === 'ECG' || code === 'MR' || code === 'DX' || code === 'CR' || code === 'US'
      ? t(`modality.${code}`)
      : code;
  }
  return (
    <figure className="study-card">
      <div className="study-picture">
        {study.preview_url ? (
          <img
            src={study.preview_url}
            alt={t('previewAlt', { what: study.modalities.map(modality).join(' + '), title })}
            loading="lazy"
            decoding="async"
          />
        ) : (
          <span className="study-none">
            <Icon name={study.ecg ? 'pulse' : 'image'} size={30} />
            {t('noPreview')}
          </span>
        )}
      </div>
      <figcaption className="study-text">
        <strong>{title}</strong>
        <span className="soft small">
          {study.modalities.map(modality).join(' + ')} · {formatDay(study.study_date, language)} ·{' '}
          {t('counts', { series: study.series.length, count: study.instances })}
        </span>
        {study.status !== 'matched' && (
          <span>
            <Status tone="amber" icon="alert">
              {t(`status.${study.status}`)}
            </Status>
          </span>
        )}
        {action}
      </figcaption>
    </figure>
  );
}
