// Keeps a draft on this device, for one consult and one person. A browser without storage keeps nothing; the
// form says so by never claiming "kept on this device".
import type { Kept } from './draft';

function keyOf(consultId: string, personId: string): string {
  return `consult.report.${personId}.${consultId}`;
}

export function keep(consultId: string, personId: string, kept: Kept): boolean {
  try {
    localStorage.setItem(keyOf(consultId, personId), JSON.stringify(kept));
    return true;
  } catch {
    return false;
  }
}

export function recall(consultId: string, personId: string): Kept | null {
  try {
    const text = localStorage.getItem(keyOf(consultId, personId));
    const value: unknown = text === null ? null : JSON.parse(text);
    return typeof value === 'object' && value !== null && 'text' in value && 'over' in value
      ? (value as Kept)
      : null;
  } catch {
    return null;
  }
}

export function forget(consultId: string, personId: string): void {
  try {
    localStorage.removeItem(keyOf(consultId, personId));
  } catch {
    // Nothing was kept either.
  }
}
