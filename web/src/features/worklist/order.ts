// Order, filters and keys of the specialist's worklist. Pure.
import type { ConsultRow, ConsultType, ConsultUrgency } from '@/lib/contract';

export type Show = 'all' | 'free' | 'mine';

export interface Filter {
  show: Show;
  type: ConsultType | null;
}

const rank: Record<ConsultUrgency, number> = { critical: 0, urgent: 1, routine: 2 };

/** Most urgent first, then what is due first, then what has waited longest. */
export function ordered(rows: ConsultRow[]): ConsultRow[] {
  return [...rows].sort(
    (a, b) =>
      rank[a.urgency] - rank[b.urgency] ||
      dueAt(a) - dueAt(b) ||
      (a.submitted_at ?? a.updated_at).localeCompare(b.submitted_at ?? b.updated_at) ||
      a.id.localeCompare(b.id),
  );
}

/** What nobody has put a time on comes after everything that has one. */
function dueAt(row: ConsultRow): number {
  return row.owed?.due_at ? Date.parse(row.owed.due_at) : Number.MAX_SAFE_INTEGER;
}

export function isFree(row: ConsultRow): boolean {
  return row.state === 'quality_checked' && row.assignee === null;
}

const ended: ReadonlySet<ConsultRow['state']> = new Set([
  'signed',
  'delivered',
  'acknowledged',
  'closed',
  'declined',
  'cancelled',
]);

export function isEnded(row: ConsultRow): boolean {
  return ended.has(row.state);
}

export function filtered(rows: ConsultRow[], { show, type }: Filter, personId: string): ConsultRow[] {
  return rows.filter(
    (row) =>
      (show === 'all' || (show === 'free' ? isFree(row) : row.assignee?.id === personId)) &&
      (type === null || row.type === type),
  );
}

export type ListCommand = { do: 'move'; by: 1 | -1 } | { do: 'open' } | { do: 'claim' };

export function commandFor(event: {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  isComposing: boolean;
}): ListCommand | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return null;
  switch (event.key) {
    case 'j':
    case 'J':
      return { do: 'move', by: 1 };
    case 'k':
    case 'K':
      return { do: 'move', by: -1 };
    case 'Enter':
      return { do: 'open' };
    case 'c':
    case 'C':
      return { do: 'claim' };
    default:
      return null;
  }
}

/** The row after a move; the list may have changed since the last one was chosen. */
export function moved(rows: ConsultRow[], chosen: string | null, by: 1 | -1): string | null {
  const at = rows.findIndex((row) => row.id === chosen);
  if (at < 0) return rows[0]?.id ?? null;
  return rows[Math.max(0, Math.min(rows.length - 1, at + by))]?.id ?? null;
}
