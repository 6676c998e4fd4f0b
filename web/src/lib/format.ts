// Dates and times as the reader expects them, in the alliance's time zone and the page's language.

import type { Day, Time } from './contract';

let zone = 'Asia/Shanghai';

export function setTimezone(next: string): void {
  zone = next;
}

const cache = new Map<string, Intl.DateTimeFormat>();
function formatter(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${zone} ${JSON.stringify(options)}`;
  let found = cache.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(language, { timeZone: zone, ...options });
    cache.set(key, found);
  }
  return found;
}

/** The day in the alliance's zone. */
export function dayOf(ms: number): Day {
  return formatter('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit' }).format(ms);
}

/** 14:02 today, 11月22日 09:15 this year, with the year otherwise. */
export function formatTime(time: Time | number, language: string, now: number): string {
  const ms = typeof time === 'number' ? time : Date.parse(time);
  const clock: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
  if (dayOf(ms) === dayOf(now)) return formatter(language, clock).format(ms);
  const date: Intl.DateTimeFormatOptions = { month: 'short', day: 'numeric', ...clock };
  if (dayOf(ms).slice(0, 4) !== dayOf(now).slice(0, 4)) date.year = 'numeric';
  return formatter(language, date).format(ms);
}

export function formatDay(day: Day | null, language: string): string {
  if (!day) return '—';
  const [year, month, date] = day.split('-').map(Number);
  return new Intl.DateTimeFormat(language, {
    timeZone: 'UTC',
    year: 'numeric',
    month: 'short',
    day: 'numeric',
  }).format(Date.UTC(year ?? 0, (month ?? 1) - 1, date ?? 1));
}

/** 11月24日周二 */
export function formatWeekday(day: Day, language: string): string {
  const [year, month, date] = day.split('-').map(Number);
  return new Intl.DateTimeFormat(language, {
    timeZone: 'UTC',
    month: 'short',
    day: 'numeric',
    weekday: 'short',
  }).format(Date.UTC(year ?? 0, (month ?? 1) - 1, date ?? 1));
}

/** 08:00 */
export function formatClock(ms: number, language: string): string {
  return formatter(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(ms);
}

export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(0)} KB`;
  if (bytes < 1024 * 1024 * 1024) return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  return `${(bytes / 1024 / 1024 / 1024).toFixed(2)} GB`;
}

/** For <input type="datetime-local">, in the alliance's zone. */
export function toLocalInput(ms: number): string {
  const parts = formatter('en-CA', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(ms);
  const part = (type: string) => parts.find((p) => p.type === type)?.value ?? '00';
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`;
}

/** The inverse of `toLocalInput`; NaN for an empty or impossible text. */
export function fromLocalInput(text: string): number {
  const guess = Date.parse(`${text}:00Z`);
  if (Number.isNaN(guess)) return Number.NaN;
  // The offset of the zone at that moment, found by formatting the guess and comparing.
  const shown = Date.parse(`${toLocalInput(guess)}:00Z`);
  return guess - (shown - guess);
}
