import { describe, expect, it } from 'vitest';
import { ofRange, presetForKey, presetsFor, resolve, toRange } from './windows';

const own = { center: 300, width: 600 };
const range = { low: 0, high: 4095 };

describe('window presets', () => {
  it('are the five of CT by the keys 1 to 5', () => {
    expect(presetsFor('CT').map((preset) => preset.id)).toEqual([
      'soft_tissue',
      'lung',
      'liver',
      'bone',
      'brain',
    ]);
    expect(presetForKey('CT', '2')?.window).toEqual({ center: -600, width: 1500 });
  });

  it('start from the file for modalities without a fixed scale', () => {
    const [first, full, harder, softer] = presetsFor('MR');
    if (!first || !full || !harder || !softer) throw new Error('presets are missing');
    expect(resolve(first, own, range)).toEqual(own);
    expect(resolve(full, own, range)).toEqual({ center: 2048, width: 4096 });
    expect(resolve(harder, own, range).width).toBeLessThan(own.width);
    expect(resolve(softer, own, range).width).toBeGreaterThan(own.width);
    expect(presetForKey('MR', '5')).toBeUndefined();
  });

  it('cover as many values as they are wide, both ends counted', () => {
    expect(toRange({ center: 40, width: 400 })).toEqual({ lower: -160, upper: 239 });
    expect(ofRange(-160, 239)).toEqual({ center: 40, width: 400 });
  });
});
