// The texts in the corners and at the edges of the picture: whose it is, which slice, how it is shown.

import { formatDay } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { type SeriesFacts, sliceLocation } from '../dicom-json';
import type { StackState } from '../stack';

export function Overlay({ facts, state }: { facts: SeriesFacts; state: StackState }) {
  const { t, language } = useTranslation('viewer');
  const { patient, study, edges } = facts;
  const slice = facts.slices[state.index];
  const location = slice ? sliceLocation(slice.metadata) : null;
  const sex = patient.sex === 'F' || patient.sex === 'M' ? t(`sex.${patient.sex}`) : patient.sex;
  return (
    <div className="viewer-overlay" aria-hidden="true">
      <div className="viewer-corner viewer-corner-tl" data-testid="viewer-patient">
        <strong>{patient.name || '—'}</strong>
        <span>
          {[patient.id, sex, patient.birthDate && formatDay(patient.birthDate, language)]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </div>
      <div className="viewer-corner viewer-corner-tr">
        <span>{study.description}</span>
        <span>{[facts.modality, facts.description].filter(Boolean).join(' · ')}</span>
        <span>{study.date && formatDay(study.date, language)}</span>
      </div>
      <div className="viewer-corner viewer-corner-bl">
        <span data-testid="viewer-slice">
          {t('slice')} {state.index + 1} / {state.count}
        </span>
        {state.window && (
          <span data-testid="viewer-window">
            W {Math.round(state.window.width)} L {Math.round(state.window.center)}
          </span>
        )}
      </div>
      <div className="viewer-corner viewer-corner-br">
        {location !== null && <span>{t('location', { mm: location.toFixed(1) })}</span>}
        {facts.thickness !== null && <span>{t('thickness', { mm: facts.thickness })}</span>}
        <span data-testid="viewer-zoom">{t('zoomed', { percent: Math.round(state.zoom * 100) })}</span>
      </div>
      {edges && (
        <>
          <b className="viewer-edge viewer-edge-left">{edges.left}</b>
          <b className="viewer-edge viewer-edge-right">{edges.right}</b>
          <b className="viewer-edge viewer-edge-top">{edges.top}</b>
          <b className="viewer-edge viewer-edge-bottom">{edges.bottom}</b>
        </>
      )}
    </div>
  );
}
