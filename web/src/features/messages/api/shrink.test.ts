import { expect, it } from 'vitest';
import { fitted, shrunk } from './shrink';

it('fits a photograph into 1600 pixels with its proportions, and enlarges none', () => {
  expect(fitted(4000, 3000)).toEqual({ width: 1600, height: 1200 });
  expect(fitted(900, 3600)).toEqual({ width: 400, height: 1600 });
  expect(fitted(640, 480)).toEqual({ width: 640, height: 480 });
  expect(fitted(100_000, 1)).toEqual({ width: 1600, height: 1 });
});

it('leaves alone what is no photograph, and what can hold a script', async () => {
  for (const type of ['application/pdf', 'image/svg+xml', '']) {
    const file = new File(['x'], 'a.bin', { type });
    expect(await shrunk(file)).toEqual({ blob: file, name: 'a.bin', shows: false });
  }
});
