// Every place that the navigation offers, for each kind of desk, with the demo's own data: it opens, says what it is,
// and asks the server for nothing that is refused.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { press } from './forms.mjs';
import { People } from './people.mjs';
import { Product } from './product.mjs';
import { everyScreenIsSound, look } from './screens.mjs';

let product;
let people;
before(async () => {
  product = await Product.start();
  people = await People.open(product);
});
afterEach((test) => people.leave(test));
after(async () => {
  await people?.close();
  await product?.stop();
});

for (const login of ['village', 'township', 'desk', 'doctor', 'specialist', 'coordinator', 'manager', 'admin']) {
  test(`every place of ${login} opens`, async () => {
    const page = await people.signIn(login);
    const refused = [];
    page.on('response', (answer) => {
      if (answer.status() >= 400) refused.push(`${answer.status()} ${new URL(answer.url()).pathname}`);
    });
    const links = page.locator('.sidebar a');
    const paths = await links.evaluateAll((all) => all.map((one) => one.getAttribute('href')));
    assert.ok(paths.length >= 2);
    await page.locator('h1').first().waitFor();
    for (const path of paths) {
      const before = await page.locator('h1').first().innerText();
      const isHere = new URL(page.url()).pathname === path;
      await page.locator(`.sidebar a[href="${path}"]`).click();
      // The last place stays on the screen until the next one is loaded.
      if (!isHere) await page.locator('h1').first().filter({ hasNotText: before }).waitFor();
      await page.locator('.skeleton').first().waitFor({ state: 'detached' });
      await look(page, `place-${login}${path === '/' ? '-home' : path.replaceAll('/', '-')}`);
    }
    assert.deepEqual(refused, []);
    assert.deepEqual(page.faults, []);
    await page.locator('.who summary').click();
    await press(page, '退出登录');
    await page.getByLabel('账号').waitFor();
  });
}

test('every screen on the way is accessible and fits its window', everyScreenIsSound);
