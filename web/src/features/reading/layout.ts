// How the reading desk is divided: which panes are shown and how large they are, remembered on the device.
// Pure but for `remember` and `recalled`.

export const panes = ['viewer', 'ecg', 'call', 'report'] as const;
export type Pane = (typeof panes)[number];

/** Shares between 0 and 1: of the width for the left column, of its height for the upper pane of each column. */
export interface Layout {
  shown: Record<Pane, boolean>;
  left: number;
  leftTop: number;
  rightTop: number;
}

export type Edge = 'left' | 'leftTop' | 'rightTop';

export const columns: { left: Pane[]; right: Pane[] } = {
  left: ['viewer', 'ecg'],
  right: ['call', 'report'],
};

/** What a consult brings decides what is open at first. */
export function firstLayout(has: { pictures: boolean; ecg: boolean }): Layout {
  return {
    shown: { viewer: has.pictures || !has.ecg, ecg: has.ecg, call: true, report: true },
    left: 0.68,
    leftTop: 0.58,
    rightTop: 0.42,
  };
}

/** A pane that is dragged shut could not be found again: none gets smaller than a fifth. */
export function resized(layout: Layout, edge: Edge, share: number): Layout {
  const least = edge === 'left' ? 0.3 : 0.2;
  return { ...layout, [edge]: Math.max(least, Math.min(1 - 0.2, share)) };
}

/** The last pane stays: an empty desk helps nobody. */
export function toggled(layout: Layout, pane: Pane): Layout {
  const shown = { ...layout.shown, [pane]: !layout.shown[pane] };
  return panes.some((one) => shown[one]) ? { ...layout, shown } : layout;
}

export function visible(layout: Layout, column: Pane[]): Pane[] {
  return column.filter((pane) => layout.shown[pane]);
}

/** Only the sizes are remembered: what is shown follows from the consult at hand. */
export function withSizes(layout: Layout, stored: unknown): Layout {
  if (typeof stored !== 'object' || stored === null) return layout;
  const sizes = stored as Partial<Record<Edge, unknown>>;
  return (['left', 'leftTop', 'rightTop'] as const).reduce((next, edge) => {
    const size = sizes[edge];
    return typeof size === 'number' && Number.isFinite(size) ? resized(next, edge, size) : next;
  }, layout);
}

const key = 'consult.desk';

export function recalled(layout: Layout): Layout {
  try {
    return withSizes(layout, JSON.parse(localStorage.getItem(key) ?? 'null'));
  } catch {
    return layout;
  }
}

export function remember({ left, leftTop, rightTop }: Layout): void {
  try {
    localStorage.setItem(key, JSON.stringify({ left, leftTop, rightTop }));
  } catch {
    // Without storage the desk opens with its first sizes.
  }
}
