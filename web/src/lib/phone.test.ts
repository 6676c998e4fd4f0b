import { expect, it } from 'vitest';
import { dialled } from './phone';

it('dials what people write, with the extension after a pause', () => {
  expect(dialled('0319-5550204')).toBe('tel:03195550204');
  expect(dialled('+86 (319) 555 0101')).toBe('tel:+863195550101');
  expect(dialled('0319-5550101转8')).toBe('tel:03195550101,8');
  expect(dialled('0319-5550101#12')).toBe('tel:03195550101,12');
});
