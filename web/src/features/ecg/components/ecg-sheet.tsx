// The canvas: drawn anew when the pane, the device's density, the size or the paper changes.
import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from '@/lib/i18n';
import { drawSheet, papers } from '../draw';
import { layOut } from '../geometry';
import { measured } from '../measured';
import type { Ecg } from '../samples';
import { cssPerMm, type Size } from '../scale';

export function EcgSheet({ ecg, size, dark }: { ecg: Ecg; size: Size; dark: boolean }) {
  const { t } = useTranslation('ecg');
  const canvas = useRef<HTMLCanvasElement>(null);
  const box = useRef<HTMLElement>(null);
  const sheet = useMemo(() => layOut(ecg), [ecg]);
  const pane = useSize(box);
  const density = useDensity();

  useLayoutEffect(() => {
    if (!canvas.current || pane.width === 0) return;
    const milliseconds = drawSheet(canvas.current, ecg, sheet, {
      cssPerMm: cssPerMm(size, pane, sheet),
      density,
      paper: dark ? papers.dark : papers.light,
    });
    canvas.current.dataset.drawnMs = milliseconds.toFixed(1);
  }, [ecg, sheet, size, dark, pane, density]);

  const measurements = ecg.head.annotations.map((one) => {
    const { name, value } = measured(one, t);
    return `${name} ${value}`;
  });
  return (
    <section
      ref={box}
      className="ecg-scroll"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label={t('paper')}
    >
      <canvas
        ref={canvas}
        role="img"
        aria-describedby="ecg-summary"
        aria-label={t('title')}
        data-testid="ecg-canvas"
      />
      <p id="ecg-summary" className="visually-hidden" data-testid="ecg-summary">
        {t('summary', {
          leads: ecg.leads.map((lead) => lead.name).join(', '),
          count: ecg.leads.length,
          seconds: ecg.duration.toFixed(1),
          hz: ecg.head.sampling_hz,
        })}
        {measurements.length > 0 && ` ${t('summaryMeasured', { values: measurements.join(', ') })}`}
      </p>
    </section>
  );
}

function useSize(box: RefObject<HTMLElement | null>): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => {
      // The client box leaves room for scroll bars, so fitting never brings them about.
      const next = { width: element.clientWidth, height: element.clientHeight };
      setSize((now) => (now.width === next.width && now.height === next.height ? now : next));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return size;
}

/** Changes when the window moves to another screen or the page is zoomed. */
function useDensity(): number {
  const [density, setDensity] = useState(window.devicePixelRatio || 1);
  useEffect(() => {
    const query = matchMedia(`(resolution: ${density}dppx)`);
    const renew = () => setDensity(window.devicePixelRatio || 1);
    query.addEventListener('change', renew);
    return () => query.removeEventListener('change', renew);
  }, [density]);
  return density;
}
