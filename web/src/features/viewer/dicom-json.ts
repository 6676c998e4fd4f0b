// Reads what the viewer needs from DICOM JSON metadata (PS3.18 Annex F) of one series: slices in order,
// spacing, window, patient and orientation. Pure; values are parsed here once and typed from then on.
import type { Window } from './windows';

export interface Element {
  vr: string;
  Value?: unknown[];
  BulkDataURI?: string;
}
export type DicomJson = Record<string, Element>;

export interface Slice {
  instanceUid: string;
  /** From 1; a multi-frame instance gives one slice for each frame. */
  frame: number;
  metadata: DicomJson;
}

export interface SeriesFacts {
  modality: string;
  description: string;
  slices: Slice[];
  patient: { name: string; id: string; sex: string; birthDate: string | null };
  study: { description: string; date: string | null };
  window: Window | null;
  /** Millimeters between pixel centers: rows, columns. Null: lengths cannot be given in mm. */
  spacing: [number, number] | null;
  thickness: number | null;
  edges: { left: string; right: string; top: string; bottom: string } | null;
}

/** Null when no instance of the series has pixels (a report, a waveform). */
export function seriesFacts(instances: DicomJson[]): SeriesFacts | null {
  const pictures = instances.filter((instance) => number(instance, '00280010') !== null);
  const ordered = [...pictures].sort(byInstanceNumber);
  const first = ordered[0];
  if (!first) return null;
  const center = number(first, '00281050');
  const width = number(first, '00281051');
  return {
    modality: text(first, '00080060'),
    description: text(first, '0008103E'),
    slices: ordered.flatMap(slicesOf),
    patient: {
      name: personName(first, '00100010'),
      id: text(first, '00100020'),
      sex: text(first, '00100040'),
      birthDate: day(text(first, '00100030')),
    },
    study: { description: text(first, '00081030'), date: day(text(first, '00080020')) },
    window: center !== null && width !== null && width > 0 ? { center, width } : null,
    spacing: spacingOf(first),
    thickness: number(first, '00180050'),
    edges: edgesOf(numbers(first, '00200037')),
  };
}

function slicesOf(metadata: DicomJson): Slice[] {
  const frames = Math.max(1, number(metadata, '00280008') ?? 1);
  const instanceUid = text(metadata, '00080018');
  return Array.from({ length: frames }, (_, at) => ({ instanceUid, frame: at + 1, metadata }));
}

/** The scanner's own numbers, so that "slice 40" is the same slice everywhere; UID where they are missing. */
function byInstanceNumber(a: DicomJson, b: DicomJson): number {
  const left = number(a, '00200013') ?? Number.MAX_SAFE_INTEGER;
  const right = number(b, '00200013') ?? Number.MAX_SAFE_INTEGER;
  return left - right || text(a, '00080018').localeCompare(text(b, '00080018'), 'en', { numeric: true });
}

function spacingOf(instance: DicomJson): [number, number] | null {
  const own = numbers(instance, '00280030');
  const [rows, columns] = own.length === 2 ? own : numbers(instance, '00181164');
  return rows !== undefined && columns !== undefined && rows > 0 && columns > 0 ? [rows, columns] : null;
}

/**
 * Letters at the edges of the picture from Image Orientation (PS3.3 C.7.6.2.1.1): x grows to the
 * patient's left, y to the back, z to the head. Null without a plane in the patient.
 */
export function edgesOf(orientation: number[]): SeriesFacts['edges'] {
  if (orientation.length !== 6) return null;
  const right = towards(orientation.slice(0, 3));
  const bottom = towards(orientation.slice(3, 6));
  if (!right || !bottom) return null;
  return { right, bottom, left: opposite(right), top: opposite(bottom) };
}

function towards(cosines: number[]): string {
  const letters = [
    ['L', 'R'],
    ['P', 'A'],
    ['H', 'F'],
  ];
  return cosines
    .map((value, axis) => ({ size: Math.abs(value), letter: letters[axis]?.[value > 0 ? 0 : 1] ?? '' }))
    .filter(({ size }) => size > 0.25)
    .sort((a, b) => b.size - a.size)
    .map(({ letter }) => letter)
    .join('');
}

function opposite(edge: string): string {
  const pairs: Record<string, string> = { L: 'R', R: 'L', A: 'P', P: 'A', H: 'F', F: 'H' };
  return [...edge].map((letter) => pairs[letter] ?? letter).join('');
}

export function sliceLocation(metadata: DicomJson): number | null {
  return number(metadata, '00201041') ?? numbers(metadata, '00200032')[2] ?? null;
}

function text(instance: DicomJson, tag: string): string {
  const value = instance[tag]?.Value?.[0];
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

function numbers(instance: DicomJson, tag: string): number[] {
  return (instance[tag]?.Value ?? []).map(Number).filter(Number.isFinite);
}

function number(instance: DicomJson, tag: string): number | null {
  return numbers(instance, tag)[0] ?? null;
}

function personName(instance: DicomJson, tag: string): string {
  const value = instance[tag]?.Value?.[0];
  if (typeof value !== 'object' || value === null) return text(instance, tag);
  const groups = value as { Ideographic?: string; Alphabetic?: string };
  return (groups.Ideographic || groups.Alphabetic || '').replace(/\^/g, ' ').trim();
}

function day(value: string): string | null {
  const parts = /^(\d{4})(\d{2})(\d{2})/.exec(value);
  return parts ? `${parts[1]}-${parts[2]}-${parts[3]}` : null;
}
