// The stack viewer: series list, tools, picture with its texts, slice slider, keyboard. Light by itself; the
// engine's chunk is fetched by `use-stack.ts` while the server's preview is already to be seen.
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { Study } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { ProblemBanner } from '@/ui/banner';
import { Empty } from '@/ui/states';
import type { SeriesKey } from '../addresses';
import { seriesQuery } from '../api';
import { belongsElsewhere, commandFor, type KeyCommand, type Tool } from '../keys';
import { presetForKey } from '../windows';
import { Overlay } from './overlay';
import { SeriesList } from './series-list';
import { SliceSlider } from './slice-slider';
import { Summary } from './summary';
import { Toolbar } from './toolbar';
import { type UseStack, useStack } from './use-stack';
import '../viewer.css';

/** Series of these modalities have no pictures: they are read elsewhere. */
const withoutPictures = new Set(['ECG', 'SR', 'KO', 'PR', 'DOC', 'HD', 'EPS']);

export function ViewerPane({ studies, keysEnabled = true }: { studies: Study[]; keysEnabled?: boolean }) {
  const { t } = useTranslation('viewer');
  const readable = studies
    .map((study) => ({
      ...study,
      series: study.series.filter((series) => !withoutPictures.has(series.modality)),
    }))
    .filter((study) => study.series.length > 0);
  const [chosen, setChosen] = useState<SeriesKey | null>(null);
  const selected = chosen ?? firstSeries(readable);
  if (!selected) {
    return (
      <div className="viewer viewer-empty">
        <Empty icon="image" title={t('noPictures')} />
      </div>
    );
  }
  return (
    <div className="viewer" data-testid="viewer">
      <SeriesList studies={readable} selected={selected} onSelect={setChosen} />
      <Reader
        selected={selected}
        preview={readable.find((study) => study.study_uid === selected.studyUid)?.preview_url ?? null}
        keysEnabled={keysEnabled}
      />
    </div>
  );
}

function firstSeries(studies: Study[]): SeriesKey | null {
  const study = studies[0];
  const series = study?.series[0];
  return study && series ? { studyUid: study.study_uid, seriesUid: series.series_uid } : null;
}

interface ReaderProps {
  selected: SeriesKey;
  preview: string | null;
  keysEnabled: boolean;
}

function Reader({ selected, preview, keysEnabled }: ReaderProps) {
  const { t } = useTranslation('viewer');
  const element = useRef<HTMLDivElement>(null);
  const coarse = typeof matchMedia === 'function' && matchMedia('(pointer: coarse)').matches;
  const [tool, setTool] = useState<Tool>(coarse ? 'scroll' : 'window');
  const query = useQuery(seriesQuery(selected));
  const facts = query.data ?? null;
  const stack = useStack(element, facts && { ...selected, facts }, tool);
  const { state, handle } = stack;
  const modality = facts?.modality ?? '';
  useViewerKeys(keysEnabled, (command) => obey(command, stack, modality, setTool));
  const drawn = state?.drawn ?? false;
  return (
    <section className="viewer-main" aria-label={t('viewer')}>
      <Toolbar
        tool={tool}
        modality={modality}
        inverted={state?.inverted ?? false}
        measured={state?.measurements.length ?? 0}
        disabled={!drawn}
        onTool={setTool}
        onPreset={(preset) => handle?.applyPreset(preset)}
        onInvert={() => handle?.toggleInvert()}
        onReset={() => handle?.reset()}
        onRemove={() => handle?.removeLastMeasurement()}
      />
      <div className="viewer-stage">
        {!drawn && preview && (
          <img className="viewer-preview" src={preview} alt="" data-testid="viewer-preview" />
        )}
        <div
          ref={element}
          className={drawn ? 'viewer-canvas' : 'viewer-canvas viewer-canvas-waiting'}
          role="img"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: the picture takes wheel, drag and keys
          tabIndex={0}
          aria-describedby="viewer-summary"
          aria-label={t('picture')}
          data-testid="viewer-canvas"
          data-drawn={drawn}
          data-index={state?.index}
          data-scale={state?.zoom}
          onContextMenu={(event) => event.preventDefault()}
          // The engine would swallow every key, Tab included: they stop here, and ours are heard before.
          onKeyDownCapture={(event) => event.stopPropagation()}
        />
        {facts && state && drawn && <Overlay facts={facts} state={state} />}
        {facts && state && <Summary facts={facts} state={state} />}
        {state && state.measurements.length > 0 && (
          <Lengths state={state} onGo={(index) => handle?.goTo(index)} />
        )}
        <Trouble query={query} stack={stack} empty={query.isSuccess && !facts} />
        {!drawn && !query.error && !stack.broken && facts !== null && state?.failed.length === 0 && (
          <p className="viewer-loading" role="status">
            {t('loading')}
          </p>
        )}
        {state && state.count > 1 && (
          <SliceSlider
            index={state.index}
            count={state.count}
            loaded={state.loaded}
            onGo={(at) => handle?.goTo(at)}
          />
        )}
      </div>
    </section>
  );
}

function Lengths({ state, onGo }: { state: NonNullable<UseStack['state']>; onGo: (index: number) => void }) {
  const { t } = useTranslation('viewer');
  return (
    <ul className="viewer-lengths" aria-label={t('measurements')}>
      {state.measurements.map((one) => (
        <li key={one.id}>
          <button type="button" onClick={() => onGo(one.slice)}>
            <span data-testid="viewer-length" data-mm={one.millimeters ?? ''}>
              {one.millimeters === null ? t('noSpacing') : `${one.millimeters.toFixed(1)} mm`}
            </span>
            <small>{t('onSlice', { number: one.slice + 1 })}</small>
          </button>
        </li>
      ))}
    </ul>
  );
}

interface TroubleProps {
  query: { error: unknown; refetch: () => unknown };
  stack: UseStack;
  empty: boolean;
}

function Trouble({ query, stack, empty }: TroubleProps) {
  const { t } = useTranslation('viewer');
  const { state, handle } = stack;
  if (query.error) {
    return (
      <div className="viewer-trouble">
        <ProblemBanner error={query.error} onRetry={() => query.refetch()} />
      </div>
    );
  }
  const failedHere = state?.failed.includes(state.index) ?? false;
  if (!stack.broken && !empty && !failedHere) return null;
  return (
    <div className="viewer-trouble" role="alert" data-testid="viewer-trouble">
      <p>
        {empty
          ? t('noPictures')
          : failedHere
            ? t('sliceFailed', { number: (state?.index ?? 0) + 1 })
            : t('broken')}
      </p>
      {!empty && (
        <button
          type="button"
          className="button button-secondary"
          onClick={failedHere ? handle?.retryFailed : stack.retry}
        >
          {t('again')}
        </button>
      )}
    </div>
  );
}

function obey(
  command: KeyCommand,
  { handle, state }: UseStack,
  modality: string,
  setTool: (tool: Tool) => void,
) {
  if (command.do === 'tool') return setTool(command.tool);
  if (!handle || !state) return;
  switch (command.do) {
    case 'preset': {
      const preset = presetForKey(modality, command.key);
      if (preset) handle.applyPreset(preset);
      break;
    }
    case 'scroll':
      handle.scrollBy(command.by);
      break;
    case 'first':
      handle.goTo(0);
      break;
    case 'last':
      handle.goTo(state.count - 1);
      break;
    case 'zoom':
      handle.zoomBy(command.factor);
      break;
    case 'invert':
      handle.toggleInvert();
      break;
    case 'reset':
      handle.reset();
      break;
    case 'remove_measurement':
      handle.removeLastMeasurement();
      break;
  }
}

function useViewerKeys(enabled: boolean, onCommand: (command: KeyCommand) => void) {
  const latest = useRef(onCommand);
  latest.current = onCommand;
  useEffect(() => {
    if (!enabled) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || belongsElsewhere(event.target, event.key)) return;
      const command = commandFor(event);
      if (!command) return;
      event.preventDefault();
      latest.current(command);
    };
    window.addEventListener('keydown', onKey, true);
    return () => window.removeEventListener('keydown', onKey, true);
  }, [enabled]);
}
