import { describe, expect, it } from 'vitest';
import { columns, firstLayout, panes, resized, toggled, visible, withSizes } from './layout';

const desk = firstLayout({ pictures: true, ecg: true });

describe('the reading desk', () => {
  it('opens what the consult brings', () => {
    expect(visible(desk, columns.left)).toEqual(['viewer', 'ecg']);
    expect(visible(firstLayout({ pictures: false, ecg: true }), columns.left)).toEqual(['ecg']);
    expect(visible(firstLayout({ pictures: false, ecg: false }), columns.left)).toEqual(['viewer']);
  });

  it('lets no pane be dragged shut', () => {
    expect(resized(desk, 'left', -3).left).toBe(0.3);
    expect(resized(desk, 'leftTop', 1.2).leftTop).toBe(0.8);
    expect(resized(desk, 'rightTop', 0.5).rightTop).toBe(0.5);
  });

  it('keeps the last pane', () => {
    const alone = panes.filter((pane) => pane !== 'report').reduce(toggled, desk);
    expect(toggled(alone, 'report')).toEqual(alone);
  });

  it('takes only sensible sizes from the device', () => {
    expect(withSizes(desk, { left: 0.5, leftTop: 'x', rightTop: 99 })).toMatchObject({
      left: 0.5,
      leftTop: desk.leftTop,
      rightTop: 0.8,
    });
    expect(withSizes(desk, null)).toEqual(desk);
  });
});
