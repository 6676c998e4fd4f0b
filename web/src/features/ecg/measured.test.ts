import { expect, test } from 'vitest';
import { measured } from './measured';

const words = (key: string) => ({ 'measured.heart_rate': '心率', 'measured.p_axis': 'P 轴' })[key] ?? key;

test('a measurement that is known is named in the language of the reader', () => {
  expect(measured({ name: 'heart_rate', value: 61, unit: '/min' }, words)).toEqual({
    name: '心率',
    value: '61 /min',
  });
  expect(measured({ name: 'p_axis', value: 74, unit: 'deg' }, words)).toEqual({ name: 'P 轴', value: '74°' });
});

test('a measurement that is not known keeps the name of its file', () => {
  expect(measured({ name: 'J point', value: 1, unit: null }, words)).toEqual({ name: 'J point', value: '1' });
});
