// What the device measured, in the reader's words: a name that is not known stays as the file has it.

const known = [
  'heart_rate',
  'rr',
  'pp',
  'p',
  'pr',
  'qrs',
  'qt',
  'qtc',
  'p_axis',
  'qrs_axis',
  't_axis',
] as const;
type Known = (typeof known)[number];

/** One measurement as a name and a value with its unit; degrees as their sign. */
export function measured(
  one: { name: string; value: number | string; unit: string | null },
  t: (key: `measured.${Known}`) => string,
): { name: string; value: string } {
  const name = known.find((candidate) => candidate === one.name);
  const unit = one.unit === 'deg' ? '°' : one.unit ? ` ${one.unit}` : '';
  return { name: name ? t(`measured.${name}`) : one.name, value: `${one.value}${unit}` };
}
