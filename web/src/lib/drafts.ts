// Forms in the making, kept on this device for the person who types: a closed tab or an empty battery loses nothing.
// They are removed when sent, discarded, or 14 days old.

const PREFIX = 'consult.draft.';
const KEEP_MS = 14 * 86_400_000;

interface Kept<T> {
  at: number;
  value: T;
}

export function keepDraft<T>(person: string, name: string, value: T, now: number = Date.now()): boolean {
  try {
    localStorage.setItem(`${PREFIX}${person}.${name}`, JSON.stringify({ at: now, value } satisfies Kept<T>));
    return true;
  } catch {
    return false;
  }
}

export function readDraft<T>(person: string, name: string, now: number = Date.now()): Kept<T> | null {
  try {
    const text = localStorage.getItem(`${PREFIX}${person}.${name}`);
    if (!text) return null;
    const kept = JSON.parse(text) as Kept<T>;
    if (now - kept.at <= KEEP_MS) return kept;
    dropDraft(person, name);
    return null;
  } catch {
    return null;
  }
}

export function dropDraft(person: string, name: string): void {
  try {
    localStorage.removeItem(`${PREFIX}${person}.${name}`);
  } catch {
    // Without storage there is nothing to remove.
  }
}
