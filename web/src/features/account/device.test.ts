import { expect, it } from 'vitest';
import { deviceName } from './device';

it('names browser and system, and a program by its first word', () => {
  const windows =
    'Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36';
  expect(deviceName(windows)).toBe('Chrome · Windows');
  expect(deviceName(`${windows} Edg/109.0`)).toBe('Edge · Windows');
  const phone =
    'Mozilla/5.0 (iPhone; CPU iPhone OS 15_0 like Mac OS X) AppleWebKit/605.1.15 Version/15.0 Mobile/15E148 Safari/604.1';
  expect(deviceName(phone)).toBe('Safari · iOS');
  expect(deviceName('curl/8.5.0')).toBe('curl');
  expect(deviceName('')).toBe('');
});
