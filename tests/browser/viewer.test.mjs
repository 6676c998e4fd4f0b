// The reading desk with the demo's CT of 300 slices and its ECG: what is drawn, what the tools do to it, and that a
// length is true. The sphere in the phantom has a diameter of 100 mm on slice 101 of series 1.

import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join as path } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { decodes, join } from './calls.mjs';
import { askForConsult } from './journeys.mjs';
import { People } from './people.mjs';
import { becomesAnother, edges, fingerprint, shades } from './pixels.mjs';
import { Product, SCREENSHOTS } from './product.mjs';
import { everyScreenIsSound, look } from './screens.mjs';

const SPHERE_SLICE = 101;
const SPHERE_MM = 100;

let product;
let people;
let consult;
before(async () => {
  product = await Product.start();
  people = await People.open(product);
});
afterEach((test) => people.leave(test));
after(async () => {
  await people?.close();
  await product?.stop();
});

test('the CT scrolls, takes windows, zooms and measures true; the ECG is drawn beside it', async () => {
  const village = await people.signIn('village');
  consult = await askForConsult(village, { name: '张小东' }, { attach: 2 });
  const specialist = await people.signIn('specialist');
  await specialist.locator(`[data-consult="${consult.split('/').pop()}"]`).getByTestId('worklist-claim').click();
  await specialist.waitForURL(`**${consult}/read`);
  const pane = specialist.getByTestId('viewer-canvas');
  await drawn(specialist);
  const canvas = pane.locator('canvas').first();
  assert.ok((await shades(canvas)) > 50, 'the CT has many shades of gray');
  assert.ok((await shades(specialist.getByTestId('ecg-canvas'))) > 3, 'the ECG has a trace');
  const ecg = await fingerprint(specialist.getByTestId('ecg-canvas'));
  await specialist.getByRole('button', { name: '暗色纸' }).click();
  await becomesAnother(specialist.getByTestId('ecg-canvas'), ecg);
  await specialist.getByRole('button', { name: '暗色纸' }).click();

  // Scrolling by keys, wheel and slider; the picture changes with the slice.
  await slice(specialist, SPHERE_SLICE);
  const there = await fingerprint(canvas);
  await specialist.keyboard.press('Home');
  await shows(specialist, 1);
  await becomesAnother(canvas, there);
  await pane.hover();
  await specialist.mouse.wheel(0, 100);
  await shows(specialist, 2);
  await specialist.getByTestId('viewer-series-item').nth(1).click();
  await drawn(specialist);
  await specialist.getByTestId('viewer-series-item').nth(0).click();
  await drawn(specialist);
  await slice(specialist, SPHERE_SLICE);

  // Windows by key and by menu.
  const soft = await fingerprint(canvas);
  await specialist.keyboard.press('2');
  await specialist.getByTestId('viewer-window').getByText('W 1500 L -600').waitFor();
  await becomesAnother(canvas, soft);
  const lung = await fingerprint(canvas);
  await specialist.getByTestId('viewer-presets').selectOption('soft_tissue');
  await specialist.getByTestId('viewer-window').getByText('W 400 L 40').waitFor();
  await becomesAnother(canvas, lung);
  await specialist.getByTestId('viewer-invert').click();
  await specialist.locator('[data-testid="viewer-invert"][aria-pressed="true"]').waitFor();
  await specialist.getByTestId('viewer-invert').click();

  // Larger, then the length of the sphere from edge to edge as it is seen.
  const small = Number(await pane.getAttribute('data-scale'));
  for (let step = 0; step < 4; step += 1) await specialist.keyboard.press('+');
  await specialist.waitForFunction(
    (before) => Number(document.querySelector('[data-testid="viewer-canvas"]').dataset.scale) > before * 2.3,
    small,
  );
  await specialist.keyboard.press('l');
  const { left, right, y } = await edges(canvas);
  await specialist.mouse.move(left, y);
  await specialist.mouse.down();
  await specialist.mouse.move((left + right) / 2, y, { steps: 4 });
  await specialist.mouse.move(right, y, { steps: 4 });
  await specialist.mouse.up();
  const length = Number(await specialist.getByTestId('viewer-length').getAttribute('data-mm'));
  assert.ok(Math.abs(length - SPHERE_MM) <= 0.5, `the sphere measures ${length} mm`);
  await look(specialist, 'viewer-length', { sizes: ['desk'] });
  await specialist.getByTestId('viewer-remove').click();
  await specialist.getByTestId('viewer-length').waitFor({ state: 'hidden' });
  await specialist.keyboard.press('w');
  await specialist.getByTestId('viewer-reset').click();
  await slice(specialist, SPHERE_SLICE);

  // The whole desk with a call, for the pictures.
  await village.goto(`${consult}/room`);
  await join(village);
  await join(specialist);
  await Promise.all([decodes(village), decodes(specialist)]);
  await specialist.getByTestId('viewer-presets').selectOption('soft_tissue');
  await look(specialist, 'desk-in-use', { sizes: ['desk'] });
  assert.deepEqual(specialist.faults, []);
});

test('on a phone the desk shows one pane at a time', async () => {
  const page = await people.signIn('specialist', { viewport: { width: 390, height: 844 } });
  await page.goto(`${consult}/read`);
  await page.getByTestId('desk-tab-viewer').click();
  await drawn(page);
  await look(page, 'desk-phone-viewer', { sizes: ['phone'] });
  await page.getByTestId('desk-tab-ecg').click();
  await page.getByTestId('ecg-canvas').waitFor();
  await look(page, 'desk-phone-ecg', { sizes: ['phone'] });
  await page.getByTestId('desk-tab-report').click();
  await page.getByTestId('report').waitFor();
  await look(page, 'desk-phone-report', { sizes: ['phone'] });
});

test('every screen on the way is accessible and fits its window', everyScreenIsSound);

function drawn(page) {
  return page.locator('[data-testid="viewer-canvas"][data-drawn="true"]').waitFor();
}

/** Goes to a slice by the keys, as far as they are needed. */
async function slice(page, number) {
  for (;;) {
    const now = Number(await page.getByTestId('viewer-canvas').getAttribute('data-index')) + 1;
    if (now === number) return;
    const away = number - now;
    const step = Math.abs(away) >= 10 ? 10 : 1;
    await page.keyboard.press(step === 10 ? (away > 0 ? 'PageDown' : 'PageUp') : away > 0 ? 'ArrowDown' : 'ArrowUp');
    await shows(page, now + Math.sign(away) * step);
  }
}

function shows(page, number) {
  return page.locator(`[data-testid="viewer-canvas"][data-index="${number - 1}"]`).waitFor();
}
