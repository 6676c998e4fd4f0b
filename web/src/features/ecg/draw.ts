// Draws a laid-out ECG on a canvas: millimeter grid, calibration pulses, lead names, traces. The only file
// of the feature that touches a canvas; decides nothing about where things stand.
import { type Sheet, trace } from './geometry';
import type { Ecg } from './samples';

export interface Paper {
  ground: string;
  minor: string;
  major: string;
  ink: string;
}

export const papers = {
  light: { ground: '#fffaf7', minor: '#f6d5cf', major: '#e7a49b', ink: '#161a1d' },
  dark: { ground: '#10161a', minor: '#1d2a2f', major: '#2f454c', ink: '#b9f3d0' },
} satisfies Record<string, Paper>;

/** Sizes the canvas for `cssPerMm` and the device's density, draws everything, returns milliseconds spent. */
export function drawSheet(
  canvas: HTMLCanvasElement,
  ecg: Ecg,
  sheet: Sheet,
  look: { cssPerMm: number; density: number; paper: Paper },
): number {
  const started = performance.now();
  const perMm = look.cssPerMm * look.density;
  canvas.width = Math.round(sheet.width * perMm);
  canvas.height = Math.round(sheet.height * perMm);
  canvas.style.width = `${canvas.width / look.density}px`;
  canvas.style.height = `${canvas.height / look.density}px`;
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) return 0;
  context.fillStyle = look.paper.ground;
  context.fillRect(0, 0, canvas.width, canvas.height);
  grid(context, sheet, perMm, look.paper);
  pulses(context, sheet, perMm, look.paper);
  traces(context, ecg, sheet, perMm, look.paper);
  labels(context, sheet, perMm, look.paper);
  return performance.now() - started;
}

type Context = CanvasRenderingContext2D;

function grid(context: Context, sheet: Sheet, perMm: number, paper: Paper) {
  const thin = Math.max(1, Math.round(perMm * 0.1));
  const thick = Math.max(1, Math.round(perMm * 0.22));
  // Below about 2.2 device pixels a millimeter line is a haze, not a ruler.
  if (perMm >= 2.2) rules(context, sheet, perMm, { step: 1, line: thin, color: paper.minor });
  rules(context, sheet, perMm, { step: 5, line: thick, color: paper.major });
}

/** Filled rectangles on whole device pixels: strokes at fractions would blur every line differently. */
function rules(
  context: Context,
  sheet: Sheet,
  perMm: number,
  { step, line, color }: { step: number; line: number; color: string },
) {
  context.fillStyle = color;
  for (let mm = 0; mm <= sheet.width; mm += step) {
    context.fillRect(Math.round(mm * perMm), 0, line, context.canvas.height);
  }
  for (let mm = 0; mm <= sheet.height; mm += step) {
    context.fillRect(0, Math.round(mm * perMm), context.canvas.width, line);
  }
}

function pulses(context: Context, sheet: Sheet, perMm: number, paper: Paper) {
  context.strokeStyle = paper.ink;
  context.lineWidth = Math.max(1, perMm * 0.25);
  context.lineJoin = 'miter';
  context.beginPath();
  for (const pulse of sheet.pulses) {
    const left = (pulse.x - 1) * perMm;
    const base = pulse.baseline * perMm;
    const top = (pulse.baseline - pulse.height) * perMm;
    const from = pulse.x * perMm;
    const to = (pulse.x + pulse.width) * perMm;
    context.moveTo(left, base);
    context.lineTo(from, base);
    context.lineTo(from, top);
    context.lineTo(to, top);
    context.lineTo(to, base);
    context.lineTo(to + perMm, base);
  }
  context.stroke();
}

function traces(context: Context, ecg: Ecg, sheet: Sheet, perMm: number, paper: Paper) {
  context.strokeStyle = paper.ink;
  context.lineWidth = Math.max(1, perMm * 0.28);
  context.lineJoin = 'round';
  for (const strip of sheet.strips) {
    const points = trace(strip, ecg, sheet.scale, { perMm });
    context.beginPath();
    for (let at = 0; at + 1 < points.length; at += 2) {
      context.lineTo(points[at] ?? 0, points[at + 1] ?? 0);
    }
    context.stroke();
    if (strip.from > 0) divider(context, strip.x * perMm, strip.baseline * perMm, perMm);
  }
}

/** A short bar where one lead ends and the next begins, so that the step is not read as a beat. */
function divider(context: Context, x: number, y: number, perMm: number) {
  context.save();
  context.lineWidth = Math.max(1, perMm * 0.2);
  context.beginPath();
  context.moveTo(x, y - 5 * perMm);
  context.lineTo(x, y - 2.5 * perMm);
  context.moveTo(x, y + 2.5 * perMm);
  context.lineTo(x, y + 5 * perMm);
  context.stroke();
  context.restore();
}

function labels(context: Context, sheet: Sheet, perMm: number, paper: Paper) {
  context.fillStyle = paper.ink;
  context.font = `600 ${Math.round(3.4 * perMm)}px system-ui, sans-serif`;
  context.textBaseline = 'alphabetic';
  for (const strip of sheet.strips) {
    context.fillText(strip.label, (strip.x + 1.2) * perMm, (strip.baseline - 9) * perMm);
  }
}
