// The picture in words, for readers who cannot see a canvas; spoken when one stops moving.
import { useEffect, useState } from 'react';
import { useTranslation } from '@/lib/i18n';
import type { SeriesFacts } from '../dicom-json';
import type { StackState } from '../stack';

export function Summary({ facts, state }: { facts: SeriesFacts; state: StackState }) {
  const { t } = useTranslation('viewer');
  const lengths = state.measurements.flatMap((one) =>
    one.millimeters === null ? [] : [one.millimeters.toFixed(1)],
  );
  const text = [
    t('summary.series', {
      modality: facts.modality,
      description: facts.description,
      patient: facts.patient.name,
    }),
    t('summary.slice', { number: state.index + 1, count: state.count }),
    state.window
      ? t('summary.window', {
          width: Math.round(state.window.width),
          center: Math.round(state.window.center),
        })
      : '',
    t('summary.zoom', { percent: Math.round(state.zoom * 100) }),
    state.inverted ? t('summary.inverted') : '',
    lengths.length > 0 ? t('summary.lengths', { lengths: lengths.join(', ') }) : '',
  ]
    .filter(Boolean)
    .join(t('summary.separator'));
  const settled = useSettled(text);
  return (
    <p id="viewer-summary" className="visually-hidden" aria-live="polite" data-testid="viewer-summary">
      {settled}
    </p>
  );
}

/** Scrolling through a hundred slices must not read a hundred sentences aloud. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), 600);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
