// How large the sheet stands on the screen. Pure.

export type Size = 'fit' | 'paper' | 'large';

/** CSS defines 96 px to the inch of 25.4 mm; at this many px a millimeter is a millimeter on paper. */
export const paperPxPerMm = 96 / 25.4;

/** Below this the fine squares run together and intervals can no longer be counted. */
const least = 2.6;

export function cssPerMm(
  size: Size,
  pane: { width: number; height: number },
  sheet: { width: number; height: number },
): number {
  if (size === 'paper') return paperPxPerMm;
  if (size === 'large') return paperPxPerMm * 1.6;
  // A low pane scrolls: the whole sheet is squeezed into its height only where that leaves it as large as paper.
  const byHeight = Math.max(paperPxPerMm, pane.height / sheet.height);
  return Math.max(least, Math.min(pane.width / sheet.width, byHeight));
}
