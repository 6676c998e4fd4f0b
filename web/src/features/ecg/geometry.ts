// Where everything of a standard ECG print stands, in millimeters of paper: 3 × 4 leads of a quarter of
// the time each and one rhythm strip. Pure; the drawing and the tests call it.
import type { Ecg, Lead } from './samples';

export interface Scale {
  /** Millimeters of paper per second. */
  speed: number;
  /** Millimeters of paper per millivolt. */
  gain: number;
}

export const standardScale: Scale = { speed: 25, gain: 10 };

export interface Strip {
  lead: Lead;
  label: string;
  /** Left edge and baseline on the paper, mm. */
  x: number;
  baseline: number;
  width: number;
  /** Seconds into the recording at which the strip begins. */
  from: number;
  seconds: number;
}

export interface Pulse {
  x: number;
  baseline: number;
  /** The pulse is 1 mV for 0.2 s by convention, so both sides follow the scale. */
  width: number;
  height: number;
}

export interface Sheet {
  width: number;
  height: number;
  strips: Strip[];
  pulses: Pulse[];
  scale: Scale;
}

const margin = 5;
const pulseRoom = 10;
const rowHeight = 30;
const sheetSeconds = 10;

const grid3x4 = [
  ['I', 'aVR', 'V1', 'V4'],
  ['II', 'aVL', 'V2', 'V5'],
  ['III', 'aVF', 'V3', 'V6'],
];
const rhythmLead = 'II';

/** A full 12-lead recording becomes 3 × 4 and a rhythm strip; anything else one row for each lead. */
export function layOut(ecg: Ecg, scale: Scale = standardScale): Sheet {
  const seconds = Math.min(sheetSeconds, ecg.duration);
  const rows = rowsOf(ecg, seconds);
  const left = margin + pulseRoom;
  const strips: Strip[] = [];
  const pulses: Pulse[] = [];
  rows.forEach((row, at) => {
    const baseline = margin + rowHeight * (at + 0.5);
    pulses.push({ x: margin + 2, baseline, width: 0.2 * scale.speed, height: scale.gain });
    const share = seconds / row.length;
    row.forEach((lead, column) => {
      if (!lead) return;
      strips.push({
        lead,
        label: lead.name,
        x: left + column * share * scale.speed,
        baseline,
        width: share * scale.speed,
        from: column * share,
        seconds: share,
      });
    });
  });
  return {
    width: left + sheetSeconds * scale.speed + margin,
    height: margin * 2 + rowHeight * rows.length,
    strips,
    pulses,
    scale,
  };
}

function rowsOf(ecg: Ecg, seconds: number): (Lead | undefined)[][] {
  const byName = new Map(ecg.leads.map((lead) => [lead.name, lead]));
  const standard = grid3x4.every((row) => row.every((name) => byName.has(name)));
  if (!standard || seconds <= 0) return ecg.leads.map((lead) => [lead]);
  return [...grid3x4, [rhythmLead]].map((row) => row.map((name) => byName.get(name)));
}

/** Paper to screen: square, so that a slope on the screen is the slope on paper. */
export interface Screen {
  /** Device pixels per millimeter, the same for both axes. */
  perMm: number;
}

/**
 * The polyline of one strip in device pixels, flat `[x, y, x, y, …]`. Where several samples fall on one
 * pixel column the highest and the lowest stay, so no peak is lost however small the sheet.
 */
export function trace(strip: Strip, ecg: Ecg, scale: Scale, { perMm }: Screen): Float32Array {
  const hz = ecg.head.sampling_hz;
  const first = Math.round(strip.from * hz);
  const last = Math.min(strip.lead.samples.length, Math.round((strip.from + strip.seconds) * hz));
  const count = Math.max(0, last - first);
  const pxPerSample = (scale.speed * perMm) / hz;
  const pxPerUnit = (ecg.head.scale_uv / 1000) * scale.gain * perMm;
  const x0 = strip.x * perMm;
  const y0 = strip.baseline * perMm;
  const samples = strip.lead.samples;
  if (pxPerSample >= 0.5) {
    const points = new Float32Array(count * 2);
    for (let at = 0; at < count; at += 1) {
      points[at * 2] = x0 + at * pxPerSample;
      points[at * 2 + 1] = y0 - (samples[first + at] ?? 0) * pxPerUnit;
    }
    return points;
  }
  return decimated(samples.subarray(first, last), { x0, y0, pxPerSample, pxPerUnit });
}

interface Mapping {
  x0: number;
  y0: number;
  pxPerSample: number;
  pxPerUnit: number;
}

function decimated(samples: Int16Array, { x0, y0, pxPerSample, pxPerUnit }: Mapping): Float32Array {
  const columns = Math.max(1, Math.ceil(samples.length * pxPerSample));
  const points = new Float32Array(columns * 4);
  let used = 0;
  for (let column = 0; column < columns; column += 1) {
    const from = Math.floor(column / pxPerSample);
    const to = Math.min(samples.length, Math.max(from + 1, Math.floor((column + 1) / pxPerSample)));
    if (from >= to) break;
    let low = from;
    let high = from;
    for (let at = from; at < to; at += 1) {
      if ((samples[at] ?? 0) < (samples[low] ?? 0)) low = at;
      if ((samples[at] ?? 0) > (samples[high] ?? 0)) high = at;
    }
    for (const at of low < high ? [low, high] : [high, low]) {
      points[used] = x0 + at * pxPerSample;
      points[used + 1] = y0 - (samples[at] ?? 0) * pxPerUnit;
      used += 2;
    }
  }
  return points.subarray(0, used);
}
