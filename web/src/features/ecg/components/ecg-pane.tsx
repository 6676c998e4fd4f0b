// The ECG of a consult on millimeter paper, with what the device measured and the whole in words.
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Study } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { useNow } from '@/lib/ticker';
import { ProblemBanner } from '@/ui/banner';
import { Empty } from '@/ui/states';
import { ecgQuery } from '../api';
import { measured } from '../measured';
import type { Ecg } from '../samples';
import type { Size } from '../scale';
import { EcgSheet } from './ecg-sheet';
import '../ecg.css';

const sizes: Size[] = ['fit', 'paper', 'large'];

export function EcgPane({ studies }: { studies: Study[] }) {
  const { t, language } = useTranslation('ecg');
  const recordings = studies.flatMap((study) => (study.ecg ? [{ uid: study.ecg.instance_uid, study }] : []));
  const [chosen, setChosen] = useState<string | null>(null);
  const [size, setSize] = useState<Size>('fit');
  const [dark, setDark] = useState(false);
  const now = useNow();
  const uid = chosen ?? recordings[0]?.uid ?? null;
  if (!uid) {
    return (
      <div className="ecg ecg-empty">
        <Empty icon="pulse" title={t('none')} />
      </div>
    );
  }
  return (
    <section className="ecg" aria-label={t('title')} data-testid="ecg">
      <div className="ecg-tools" role="toolbar" aria-label={t('tools')}>
        {recordings.length > 1 && (
          <select value={uid} aria-label={t('recording')} onChange={(event) => setChosen(event.target.value)}>
            {recordings.map(({ uid: value, study }) => (
              <option key={value} value={value}>
                {study.description || t('title')}{' '}
                {study.study_date ?? formatTime(study.received_at, language, now)}
              </option>
            ))}
          </select>
        )}
        {sizes.map((one) => (
          <button key={one} type="button" aria-pressed={size === one} onClick={() => setSize(one)}>
            {t(`size.${one}`)}
          </button>
        ))}
        <button type="button" aria-pressed={dark} onClick={() => setDark(!dark)}>
          {t('darkPaper')}
        </button>
      </div>
      <Recording uid={uid} size={size} dark={dark} />
    </section>
  );
}

function Recording({ uid, size, dark }: { uid: string; size: Size; dark: boolean }) {
  const { t } = useTranslation('ecg');
  const query = useQuery(ecgQuery(uid));
  if (query.error) {
    return (
      <div className="ecg-trouble">
        <ProblemBanner error={query.error} onRetry={() => query.refetch()} />
      </div>
    );
  }
  if (!query.data) {
    return (
      <p className="ecg-loading" role="status">
        {t('loading')}
      </p>
    );
  }
  return (
    <>
      <Facts ecg={query.data} />
      <EcgSheet ecg={query.data} size={size} dark={dark} />
    </>
  );
}

function Facts({ ecg }: { ecg: Ecg }) {
  const { t, language } = useTranslation('ecg');
  const now = useNow();
  const { head } = ecg;
  return (
    <div className="ecg-facts">
      {head.patient_name && <strong>{head.patient_name}</strong>}
      {head.acquired_at && <span>{formatTime(head.acquired_at, language, now)}</span>}
      <span>{t('sampling', { hz: head.sampling_hz })}</span>
      {head.annotations.length > 0 && (
        <dl title={t('byDevice')}>
          {head.annotations.map((one) => {
            const { name, value } = measured(one, t);
            return (
              <div key={`${name} ${value}`}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            );
          })}
        </dl>
      )}
      {head.annotations.length > 0 && <small>{t('byDevice')}</small>}
    </div>
  );
}
