// The board of two hundred open referrals: what makes it quick is counted, because times on a busy machine prove nothing. The
// times are printed, and `make bench AREA=web` holds them to their limits.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { arrival, bring, openBoard, redrawn, rested, ROWS, scroll, ticking } from './board-load.mjs';
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
afterEach((test) => people.leave(test));
after(async () => {
  await people?.close();
  await product?.stop();
});

/** The rows that stand in the page, by their place in the whole list. */
const standing = (page) =>
  page.locator('.board [data-row]').evaluateAll((rows) => rows.map((row) => Number(row.ariaRowIndex) - 2));

/** The place of each row on screen, by its id. */
const places = (page) =>
  page.locator('.board [data-row]').evaluateAll((rows) =>
    Object.fromEntries(rows.map((row) => [row.dataset.row, Math.round(row.getBoundingClientRect().top)])),
  );

test('of two hundred rows those near the screen stand in the page, tick there, and one change draws one row', async (t) => {
  const page = await openBoard(people);
  await page.mouse.move(2, 2);
  const onScreen = await page.evaluate(() => Math.ceil(innerHeight / 66));
  const rows = await standing(page);
  assert.ok(rows.length <= 3 * onScreen, `${rows.length} rows, ${onScreen} fit the screen`);
  assert.equal(await page.locator('.board').getAttribute('aria-rowcount'), String(ROWS + 1));
  assert.deepEqual(rows, rows.map((_, at) => at));

  const before = await redrawn(page);
  const running = await ticking(page, 2500);
  assert.ok(running > 0 && running <= rows.length, `${running} rows tick`);
  assert.equal(await redrawn(page), before, 'time alone draws no row again');

  const { ms, leg } = await arrival(page, village, '柴进');
  assert.ok((await redrawn(page)) <= before + 1, `${(await redrawn(page)) - before} rows were drawn again for one that came`);
  await bring(page, '柴进');
  await village.give(leg, 'depart', { eta: new Date(Date.now() + 3_600_000).toISOString() });
  await page.getByRole('row').filter({ hasText: '柴进' }).getByText('患者在途').waitFor();
  assert.ok((await redrawn(page)) <= before + 2, `${(await redrawn(page)) - before} rows were drawn again for two changes`);

  const seen = await scroll(page);
  assert.ok((await redrawn(page)) <= before + 2, 'scrolling draws no row again');
  assert.ok(seen.nodes < 3 * onScreen * 60, `${seen.nodes} elements`);
  t.diagnostic(`a change elsewhere was on the board after ${Math.round(ms)} ms`);
  const longest = Math.round(Math.max(0, ...seen.long));
  t.diagnostic(`scroll with CPU / 4: ${seen.frames} frames in ${seen.seconds.toFixed(1)} s, longest task ${longest} ms`);
  assert.deepEqual(page.faults, []);
});

test('nothing jumps, the focus stays, keys reach every row and paper holds them all', async () => {
  const page = await openBoard(people);
  await page.mouse.move(2, 2);
  const all = Number(await page.locator('.board').getAttribute('aria-rowcount')) - 1;
  const length = () => page.evaluate(() => document.documentElement.scrollHeight);
  const before = await length();

  // To a place that no row was ever drawn at, and up from there.
  await page.evaluate(() => scrollTo({ top: document.documentElement.scrollHeight * 0.7, behavior: 'instant' }));
  await rested(page);
  for (let turn = 0; turn < 6; turn += 1) {
    const was = await places(page);
    await page.evaluate(() => scrollBy({ top: -200, behavior: 'instant' }));
    await rested(page);
    const is = await places(page);
    const kept = Object.keys(was).filter((id) => id in is);
    assert.ok(kept.length > 5);
    for (const id of kept) assert.ok(Math.abs(is[id] - was[id] - 200) <= 1, `${is[id] - was[id]} px in place of 200`);
  }
  const now = await length();
  assert.ok(Math.abs(now - before) < before / 20, `the list was ${before} px long and is ${now} px`);

  // The focus stays where it is, however far away, and Tab goes on from there.
  await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
  await rested(page);
  const link = page.locator('.board [aria-rowindex="4"] .board-link');
  await link.focus();
  await page.evaluate(() => scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' }));
  await rested(page);
  const index = () => page.evaluate(() => Number(document.activeElement.closest('tr')?.ariaRowIndex));
  assert.equal(await index(), 4);
  const rows = await standing(page);
  assert.deepEqual([rows[0], rows.at(-1)], [1, all - 1], 'with its neighbours');
  for (let presses = 0; presses < 6 && (await index()) === 4; presses += 1) await page.keyboard.press('Tab');
  assert.equal(await index(), 5);
  await page.evaluate(() => document.activeElement.blur());

  // J from the first to the fortieth, each of them on screen and below the header.
  await page.evaluate(() => scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' }));
  await rested(page);
  for (let at = 0; at < 40; at += 1) {
    await page.keyboard.press('j');
    const selected = page.locator('.board-selected');
    await selected.waitFor();
    assert.equal(await selected.getAttribute('aria-rowindex'), String(at + 2));
    const hidden = await selected.evaluate((row) => {
      const box = row.getBoundingClientRect();
      const head = document.querySelector('.board thead').getBoundingClientRect().bottom;
      return box.top < head - 1 || box.bottom > innerHeight + 1;
    });
    assert.ok(!hidden, `the ${at + 1}th is out of sight`);
  }

  const printed = await page.evaluate(() => {
    dispatchEvent(new Event('beforeprint'));
    const rows = document.querySelectorAll('.board [data-row]').length;
    dispatchEvent(new Event('afterprint'));
    return rows;
  });
  assert.equal(printed, all);
  assert.deepEqual(page.faults, []);
});
