import { describe, expect, it } from 'vitest';
import { ServerClock } from './clock';
import { deadline } from './deadline';

const NOW = Date.UTC(2026, 10, 23, 8);
const inSeconds = (seconds: number) => deadline(NOW + seconds * 1000, NOW);

describe('a deadline clock', () => {
  it('counts down with digits that keep their width', () => {
    expect(inSeconds(249).text).toBe('4:09');
    expect(inSeconds(3729).text).toBe('1:02:09');
    expect(inSeconds(0)).toMatchObject({ text: '0:00', late: false });
  });

  it('counts days apart', () => {
    expect(inSeconds(2 * 86_400 + 3600)).toMatchObject({ days: 2, text: '1:00:00' });
    expect(inSeconds(86_400)).toMatchObject({ days: 1, text: '0:00:00' });
  });

  it('is soon in the last five minutes, and late afterwards without a minus sign', () => {
    expect(inSeconds(301).tone).toBe('calm');
    expect(inSeconds(300).tone).toBe('soon');
    expect(inSeconds(-65)).toMatchObject({ tone: 'late', late: true, text: '1:05' });
    expect(inSeconds(-0.2)).toMatchObject({ late: true, text: '0:01' });
  });
});

describe('the clock of the server', () => {
  it('is the middle of the request that asked for it', () => {
    const clock = new ServerClock();
    clock.set(1_000_000, 400, 600);
    expect(clock.now(500)).toBe(1_000_000);
  });

  it('is not moved by a hint that only rounding explains, but by a real difference', () => {
    const clock = new ServerClock();
    clock.set(1_000_000, 0, 0);
    clock.hint(999_000, 0);
    expect(clock.now(0)).toBe(1_000_000);
    clock.hint(1_060_000, 0);
    expect(clock.now(0)).toBe(1_060_000);
  });
});
