// How a deadline reads at a moment: pure, so that the board's thousand clocks need one ticker and a test needs none.

export type DeadlineTone = 'calm' | 'soon' | 'late';

export interface Deadline {
  tone: DeadlineTone;
  late: boolean;
  /** Whole seconds to go, or since it passed. */
  seconds: number;
  /** Digits that keep their width: 4:09, 1:02:09, or days and hours from one day on. */
  text: string;
  days: number;
}

const SOON_SECONDS = 300;

function two(value: number): string {
  return value.toString().padStart(2, '0');
}

/** `due` and `now` in milliseconds UTC; `span` is the whole time allowed, and the last fifth of it counts as soon. */
export function deadline(due: number, now: number, span: number | null = null): Deadline {
  const left = due - now;
  const late = left < 0;
  // A deadline of now reads 0:00, and a late one starts at 0:01: never a minus sign, never "−0:00".
  const seconds = late ? Math.max(1, Math.floor(-left / 1000)) : Math.ceil(left / 1000);
  const soonSeconds = span === null ? SOON_SECONDS : Math.min(SOON_SECONDS * 6, span / 5000);
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const text =
    hours > 0
      ? `${hours - days * 24}:${two(minutes)}:${two(seconds % 60)}`
      : `${minutes}:${two(seconds % 60)}`;
  return { tone: late ? 'late' : seconds <= soonSeconds ? 'soon' : 'calm', late, seconds, text, days };
}
