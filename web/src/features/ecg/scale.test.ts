import { describe, expect, it } from 'vitest';
import { cssPerMm, paperPxPerMm } from './scale';

const sheet = { width: 270, height: 130 };

describe('the size of the sheet on the screen', () => {
  it('is that of paper when asked for', () => {
    expect(cssPerMm('paper', { width: 100, height: 100 }, sheet)).toBeCloseTo(3.7795, 3);
  });

  it('fills the width of a low pane, and shows the whole sheet in a wide one', () => {
    expect(cssPerMm('fit', { width: 900, height: 200 }, sheet)).toBeCloseTo(900 / 270, 5);
    expect(cssPerMm('fit', { width: 1900, height: 600 }, sheet)).toBeCloseTo(600 / 130, 5);
    expect(cssPerMm('fit', { width: 1900, height: 100 }, sheet)).toBe(paperPxPerMm);
  });

  it('stays legible on a phone, which scrolls sideways', () => {
    expect(cssPerMm('fit', { width: 390, height: 500 }, sheet)).toBe(2.6);
  });
});
