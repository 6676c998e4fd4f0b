// The board of two hundred open referrals: what makes it quick is counted, because times on a busy machine prove nothing. The
// times are printed, and `make bench AREA=web` holds them to their limits.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { arrival, drawn, openBoard, ROWS, scroll, ticking } from './board-load.mjs';
import { fillBoard } from './desk.mjs';
import { People } from './people.mjs';
import { Product } from './product.mjs';

let product;
let people;
let village;
before(async () => {
  product = await Product.start({ studies: false });
  people = await People.open(product);
  ({ village } = await fillBoard(product, ROWS));
});
after(async () => {
  await people?.close();
  await product?.stop();
});

test('two hundred rows are drawn once, tick only where they are seen, and one change draws one row', async (t) => {
  const page = await openBoard(people);
  await page.mouse.move(2, 2);
  const rows = await page.locator('.board tbody tr').count();
  const onScreen = await page.evaluate(() => Math.ceil(innerHeight / 66));

  const before = await drawn(page);
  const running = await ticking(page, 2500);
  assert.ok(running > 0 && running <= onScreen + 8, `${running} of ${rows} rows tick, ${onScreen} fit the screen`);
  assert.equal(await drawn(page), before, 'time alone draws no row again');

  const { ms, leg } = await arrival(page, village, '柴进');
  const afterwards = await drawn(page);
  assert.ok(afterwards - before <= 2, `${afterwards - before} rows were drawn for one that came`);
  await village.give(leg, 'depart', { eta: new Date(Date.now() + 3_600_000).toISOString() });
  await page.getByRole('row').filter({ hasText: '柴进' }).getByText('患者在途').waitFor();
  assert.ok((await drawn(page)) - afterwards <= 2);

  const seen = await scroll(page);
  assert.ok((await drawn(page)) - afterwards <= 2, 'scrolling draws no row again');
  assert.ok(seen.nodes < rows * 60, `${seen.nodes} elements`);
  t.diagnostic(`a change elsewhere was on the board after ${Math.round(ms)} ms`);
  const longest = Math.round(Math.max(0, ...seen.long));
  t.diagnostic(`scroll with CPU / 4: ${seen.frames} frames in ${seen.seconds.toFixed(1)} s, longest task ${longest} ms`);
  assert.deepEqual(page.faults, []);
});
