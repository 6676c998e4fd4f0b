import { describe, expect, it } from 'vitest';
import { layOut, standardScale, trace } from './geometry';
import { canonicalLead, decodeEcg, type EcgHead, EcgTruncated } from './samples';

const names = ['I', 'II', 'III', 'aVR', 'aVL', 'aVF', 'V1', 'V2', 'V3', 'V4', 'V5', 'V6'];

function head(overrides: Partial<EcgHead> = {}): EcgHead {
  return {
    sampling_hz: 500,
    samples: 5000,
    leads: names.map((name) => ({ name })),
    patient_name: null,
    acquired_at: null,
    annotations: [],
    scale_uv: 5,
    ...overrides,
  };
}

function ecg(overrides: Partial<EcgHead> = {}, fill: (lead: number, at: number) => number = () => 0) {
  const it = head(overrides);
  const body = new Int16Array(it.leads.length * it.samples);
  it.leads.forEach((_, lead) => {
    for (let at = 0; at < it.samples; at += 1) body[lead * it.samples + at] = fill(lead, at);
  });
  return decodeEcg(it, body.buffer);
}

function last<T>(items: T[]): T | undefined {
  return items[items.length - 1];
}

describe('the samples of an ECG', () => {
  it('are split lead after lead', () => {
    const decoded = ecg({}, (lead, at) => lead * 100 + (at % 7));
    expect(decoded.leads.map((lead) => lead.name)).toEqual(names);
    expect(decoded.leads[3]?.samples[0]).toBe(300);
    expect(decoded.leads[11]?.samples[8]).toBe(1101);
    expect(decoded.duration).toBe(10);
  });

  it('are refused when the body is shorter than the head promises', () => {
    expect(() => decodeEcg(head(), new ArrayBuffer(100))).toThrow(EcgTruncated);
  });

  it('carry the names doctors read', () => {
    expect(canonicalLead('Lead I (Einthoven)')).toBe('I');
    expect(canonicalLead('LEAD AVR')).toBe('aVR');
    expect(canonicalLead('v4')).toBe('V4');
    expect(canonicalLead('Nehb D')).toBe('Nehb D');
  });
});

describe('the sheet', () => {
  it('shows 3 × 4 leads of 2.5 s and a 10 s rhythm strip', () => {
    const sheet = layOut(ecg());
    expect(sheet.strips).toHaveLength(13);
    expect(sheet.strips.map((strip) => strip.label).slice(0, 4)).toEqual(['I', 'aVR', 'V1', 'V4']);
    const rhythm = last(sheet.strips);
    expect(rhythm).toMatchObject({ label: 'II', from: 0, seconds: 10, width: 250 });
    expect(sheet.strips[1]).toMatchObject({ from: 2.5, seconds: 2.5, width: 62.5 });
  });

  it('gives a second 25 mm and a millivolt 10 mm', () => {
    const decoded = ecg({ scale_uv: 1 }, (_, at) => (at === 0 ? 1000 : 0));
    const sheet = layOut(decoded);
    const rhythm = last(sheet.strips);
    if (!rhythm) throw new Error('no rhythm strip');
    const points = trace(rhythm, decoded, standardScale, { perMm: 20 });
    expect((rhythm.baseline * 20 - (points[1] ?? 0)) / 20).toBeCloseTo(10, 4);
    expect(((points[1000] ?? 0) - (points[0] ?? 0)) / 20).toBeCloseTo(25, 3);
  });

  it('has a calibration pulse of 1 mV and 0.2 s before each row', () => {
    const sheet = layOut(ecg());
    expect(sheet.pulses).toHaveLength(4);
    expect(sheet.pulses[0]).toMatchObject({ width: 5, height: 10 });
  });

  it('gives each lead its own row when the twelve are not complete', () => {
    const sheet = layOut(ecg({ leads: [{ name: 'I' }, { name: 'II' }] }));
    expect(sheet.strips.map((strip) => strip.label)).toEqual(['I', 'II']);
    expect(sheet.strips[1]?.seconds).toBe(10);
  });
});

describe('a trace drawn small', () => {
  it('keeps every peak', () => {
    const peak = 1234;
    const decoded = ecg({ scale_uv: 1, sampling_hz: 1000, samples: 10000 }, (_, at) =>
      at === 7777 ? peak : 0,
    );
    const rhythm = last(layOut(decoded).strips);
    if (!rhythm) throw new Error('no rhythm strip');
    const points = trace(rhythm, decoded, standardScale, { perMm: 2 });
    const highest = Math.min(...points.filter((_, at) => at % 2 === 1));
    expect(rhythm.baseline * 2 - highest).toBeCloseTo((peak / 1000) * 10 * 2, 3);
    expect(points.length).toBeLessThan(10000);
  });

  it('never runs backwards', () => {
    const decoded = ecg({ sampling_hz: 1000, samples: 10000 }, (_, at) => (at * 7919) % 500);
    for (const strip of layOut(decoded).strips) {
      const points = trace(strip, decoded, standardScale, { perMm: 2 });
      for (let at = 2; at < points.length; at += 2) {
        expect(points[at] ?? 0).toBeGreaterThanOrEqual(points[at - 2] ?? 0);
      }
    }
  });
});
