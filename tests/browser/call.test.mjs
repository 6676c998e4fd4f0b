// A consult's room with three people: what each switches off is seen by the others, somebody who comes late sees a
// picture at once, and a line or a server that goes away comes back without anybody pressing anything.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { connected, decodes, join, timeToPictures } from './calls.mjs';
import { askForConsult } from './journeys.mjs';
import { Line } from './line.mjs';
import { People, PHONE } from './people.mjs';
import { shades } from './pixels.mjs';
import { Product } from './product.mjs';
import { everyScreenIsSound, look } from './screens.mjs';

let product;
let people;
before(async () => {
  product = await Product.start({ studies: false });
  people = await People.open(product);
});
afterEach((test) => people.leave(test));
after(async () => {
  await people?.close();
  await product?.stop();
});

test('three people see and hear each other, and know who has switched off what', async () => {
  const village = await people.signIn('village', { viewport: PHONE });
  const room = `${await askForConsult(village, { name: '孟凡林', seventeen: '13053419700707413' })}/room`;
  const specialist = await people.signIn('specialist');
  const second = await people.signIn('specialist2');
  for (const page of [village, specialist, second]) await page.goto(room);
  await join(village);
  await join(specialist);
  await Promise.all([decodes(village), decodes(specialist)]);
  assert.ok((await shades(specialist.getByTestId('call-video'))) > 3, 'the picture is not blank');

  await village.getByTestId('call-mic').click();
  await tile(specialist, '周文英').getByText('麦克风已关').waitFor();
  await village.getByTestId('call-camera').click();
  await tile(specialist, '周文英').locator('.call-face').waitFor();
  await look(specialist, 'room-camera-off');
  await village.getByTestId('call-camera').click();
  await tile(specialist, '周文英').locator('.call-face').waitFor({ state: 'hidden' });
  await decodes(specialist);
  await village.getByTestId('call-mic').click();

  const took = await timeToPictures(second, 2);
  assert.ok(took <= 2000, `pictures after ${took} ms`);
  await Promise.all([village, specialist, second].map((page) => decodes(page)));
  await specialist.getByTestId('call-people').click();
  const list = specialist.getByTestId('call-people-list');
  for (const who of ['周文英', '林静（我）', '张明远']) await list.getByText(who).waitFor();
  await look(specialist, 'room-three');
  await look(village, 'room-three-village');

  await second.getByTestId('call-leave').click();
  await second.getByTestId('call-left').waitFor();
  await list.getByText('张明远').waitFor({ state: 'hidden' });
  assert.equal(await specialist.getByTestId('call-video').count(), 1);
  for (const page of [village, specialist, second]) assert.deepEqual(page.faults, []);
});

test('a line that is cut during a call is said, and the call comes back by itself', async () => {
  const line = await Line.to(product);
  const village = await people.signIn('village', { address: line.address });
  const room = `${await askForConsult(village, { name: '邵玉梅', seventeen: '13053419830909424' })}/room`;
  const specialist = await people.signIn('specialist');
  for (const page of [village, specialist]) {
    await page.goto(room);
    await join(page);
  }
  await Promise.all([decodes(village), decodes(specialist)]);
  line.cut();
  await village.getByTestId('call-reconnecting').getByText('正在自动重新连接').waitFor();
  await look(village, 'room-cut', { languages: ['zh-CN'] });
  line.mend();
  await connected(village);
  await Promise.all([decodes(village), decodes(specialist)]);

  await product.kill();
  for (const page of [village, specialist]) await page.getByTestId('call-reconnecting').waitFor();
  await product.run();
  for (const page of [village, specialist]) await connected(page);
  await Promise.all([decodes(village), decodes(specialist)]);
  await line.close();
});

test('somebody whom the consult does not concern finds no room', async () => {
  const village = await people.signIn('village');
  const consult = await askForConsult(village, { name: '黎小燕', seventeen: '13053419910101442' });
  const stranger = await people.signIn('township');
  for (const path of [consult, `${consult}/room`, `${consult}/read`]) {
    await stranger.goto(path);
    await stranger.getByRole('heading', { name: '没有找到这个页面或记录' }).waitFor();
  }
  await look(stranger, 'consult-not-found');
});

test('every screen on the way is accessible and fits its window', everyScreenIsSound);

function tile(page, name) {
  return page.getByTestId('call-tile').filter({ hasText: name });
}
