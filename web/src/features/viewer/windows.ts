// Window presets by modality, and what a window means in values. Pure; the menu, the keys 1–5 and the
// engine use it.

/** DICOM PS3.3 C.11.2.1.2: center and width in the units of the modality (HU for CT). */
export interface Window {
  center: number;
  width: number;
}

export type PresetId =
  | 'soft_tissue'
  | 'lung'
  | 'liver'
  | 'bone'
  | 'brain'
  | 'default'
  | 'full'
  | 'harder'
  | 'softer';

export interface Preset {
  id: PresetId;
  /** The digit that selects it. */
  key: string;
  /** Null: computed from the image, see `resolve`. */
  window: Window | null;
}

const computedTomography: Preset[] = [
  { id: 'soft_tissue', key: '1', window: { center: 40, width: 400 } },
  { id: 'lung', key: '2', window: { center: -600, width: 1500 } },
  { id: 'liver', key: '3', window: { center: 90, width: 150 } },
  { id: 'bone', key: '4', window: { center: 480, width: 2500 } },
  { id: 'brain', key: '5', window: { center: 40, width: 80 } },
];

/** Gray values of other modalities have no fixed scale: their presets start from the file's own window. */
const relative: Preset[] = [
  { id: 'default', key: '1', window: null },
  { id: 'full', key: '2', window: null },
  { id: 'harder', key: '3', window: null },
  { id: 'softer', key: '4', window: null },
];

export function presetsFor(modality: string): Preset[] {
  return modality === 'CT' ? computedTomography : relative;
}

export function presetForKey(modality: string, key: string): Preset | undefined {
  return presetsFor(modality).find((preset) => preset.key === key);
}

/** What a preset is on this image: `own` is the file's window, `range` its lowest and highest value. */
export function resolve(preset: Preset, own: Window, range: { low: number; high: number }): Window {
  if (preset.window) return preset.window;
  switch (preset.id) {
    case 'full':
      return ofRange(range.low, range.high);
    case 'harder':
      return { center: own.center, width: own.width * 0.6 };
    case 'softer':
      return { center: own.center, width: own.width * 1.6 };
    default:
      return own;
  }
}

/** The linear function of PS3.3 C.11.2.1.2.1: a width of 400 covers 400 values, both ends counted. */
export function toRange({ center, width }: Window): { lower: number; upper: number } {
  return { lower: center - 0.5 - (width - 1) / 2, upper: center - 0.5 + (width - 1) / 2 };
}

export function ofRange(lower: number, upper: number): Window {
  return { center: (lower + upper + 1) / 2, width: Math.max(1, upper - lower + 1) };
}
