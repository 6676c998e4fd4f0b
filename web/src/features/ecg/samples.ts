// The ECG as the server sends it: a JSON head and one binary body of little-endian 16-bit samples,
// lead after lead. Turns the two into typed arrays; knows neither the page nor the drawing.

/** Answer of `GET /api/v1/ecgs/{sop_instance_uid}`. A sample times `scale_uv` is microvolts. */
export interface EcgHead {
  sampling_hz: number;
  /** Samples per lead. */
  samples: number;
  leads: { name: string }[];
  patient_name: string | null;
  acquired_at: string | null;
  annotations: { name: string; value: number | string; unit: string | null }[];
  scale_uv: number;
}

export interface Lead {
  name: string;
  samples: Int16Array;
}

export interface Ecg {
  head: EcgHead;
  leads: Lead[];
  /** Seconds. */
  duration: number;
}

/** Raised when the body is shorter than the head promises: drawing part of an ECG would mislead. */
export class EcgTruncated extends Error {
  readonly code = 'ecg.truncated';
  constructor(
    readonly expected: number,
    readonly received: number,
  ) {
    super(`ECG body has ${received} bytes, ${expected} expected`);
  }
}

const littleEndianHost = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

export function decodeEcg(head: EcgHead, body: ArrayBuffer): Ecg {
  const expected = head.leads.length * head.samples * 2;
  if (body.byteLength < expected) throw new EcgTruncated(expected, body.byteLength);
  const all = littleEndianHost ? new Int16Array(body, 0, expected / 2) : swapped(body, expected / 2);
  const leads = head.leads.map((lead, at) => ({
    name: canonicalLead(lead.name),
    samples: all.subarray(at * head.samples, (at + 1) * head.samples),
  }));
  return { head, leads, duration: head.sampling_hz > 0 ? head.samples / head.sampling_hz : 0 };
}

function swapped(body: ArrayBuffer, count: number): Int16Array {
  const view = new DataView(body);
  return Int16Array.from({ length: count }, (_, at) => view.getInt16(at * 2, true));
}

const canonical = ['I', 'II', 'III', 'aVR', 'aVL', 'aVF', 'V1', 'V2', 'V3', 'V4', 'V5', 'V6'];

/** "Lead I (Einthoven)", "LEAD aVR" and "avr" are the names people read: "I", "aVR", "aVR". */
export function canonicalLead(name: string): string {
  const bare = name
    .replace(/\(.*?\)/g, '')
    .replace(/^lead\s+/i, '')
    .trim();
  return canonical.find((known) => known.toLowerCase() === bare.toLowerCase()) ?? bare;
}
