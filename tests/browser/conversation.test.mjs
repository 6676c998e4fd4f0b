// The conversation of a referral: a village doctor on a telephone and the desk write to one another, with a photograph and a
// voice; each sees at once what the other wrote and who has read it. Off the network nothing is lost, and a call is logged.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { choose, press } from './forms.mjs';
import { People, PHONE } from './people.mjs';
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

/** A photograph of 2400 × 1800 pixels, as a telephone makes it. */
async function photograph(page) {
  const bytes = await page.evaluate(async () => {
    const canvas = document.createElement('canvas');
    canvas.width = 2400;
    canvas.height = 1800;
    const context = canvas.getContext('2d');
    const shade = context.createLinearGradient(0, 0, 2400, 1800);
    shade.addColorStop(0, '#fce8e0');
    shade.addColorStop(1, '#b05040');
    context.fillStyle = shade;
    context.fillRect(0, 0, 2400, 1800);
    context.fillStyle = '#222';
    context.font = '160px sans-serif';
    context.fillText('ECG 25 mm/s', 300, 900);
    const blob = await new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.95));
    return [...new Uint8Array(await blob.arrayBuffer())];
  });
  return { name: '心电图.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(bytes) };
}

/** The emergency of the demo, at the sender and at the desk; answers its path. */
async function opened(village, desk) {
  await village.locator('.rows-link', { hasText: '李建国' }).first().click();
  // Where something is unread, the row leads right to it.
  await village.waitForURL(/\/referrals\/[0-9a-f-]{36}(#talk)?$/);
  const path = new URL(village.url()).pathname;
  await desk.goto(path);
  await desk.getByRole('heading', { name: '沟通' }).waitFor();
  return path;
}

const bubbles = (page) => page.locator('.talk-bubble');

test('two people talk with a photograph and a voice, and see at once who has read', async () => {
  const village = await people.signIn('village', { viewport: PHONE });
  const desk = await people.signIn('desk');
  await opened(village, desk);
  await village.getByRole('button', { name: /^打开沟通/ }).click();
  await village.getByRole('dialog', { name: '沟通' }).waitFor();
  await village.getByLabel('写消息').fill('患者右侧肢体肌力 3 级，血压 178/102，已吸氧。');
  await press(village, '发送');
  await desk.getByText('患者右侧肢体肌力 3 级').waitFor();
  // The desk's page shows it, so it is read; the sender's page says so by itself.
  await village.getByText(/已读 1 · 未读|全部已读/).first().waitFor();

  await desk.getByLabel('写消息').fill('收到，卒中绿色通道已启动。请拍一下既往心电图。');
  await desk.keyboard.press('Enter');
  await village.getByText('卒中绿色通道已启动').waitFor();

  const picture = await photograph(village);
  await village.locator('input[type=file]').first().setInputFiles(picture);
  await village.getByText('心电图.jpg').waitFor();
  await press(village, '发送');
  const photo = desk.locator('.talk-photo img').last();
  await photo.waitFor();
  await desk.waitForFunction((image) => image.complete && image.naturalWidth > 0, await photo.elementHandle());
  const { width, bytes } = await photo.evaluate(async (image) => {
    const answer = await fetch(image.src);
    return { width: image.naturalWidth, bytes: (await answer.blob()).size };
  });
  assert.equal(width, 1600, 'made smaller on the telephone');
  assert.ok(bytes < 400_000 && bytes < picture.buffer.length, `${bytes} bytes`);
  await photo.click();
  await desk.getByRole('dialog').locator('.lightbox').waitFor();
  await look(desk, 'conversation-photo', { sizes: ['desk'] });
  await desk.keyboard.press('Escape');

  await press(village, '录语音');
  const running = village.getByRole('timer');
  await running.filter({ hasText: /0:0[2-9]/ }).waitFor();
  const heard = village.locator('.recorder-level span');
  await village.waitForFunction(
    (bar) => Number(/scaleX\(([\d.]+)\)/.exec(bar.style.transform)?.[1]) > 0.1,
    await heard.elementHandle(),
  );
  await look(village, 'conversation-recording', { sizes: ['phone'] });
  await press(village, '发送语音');
  const voice = desk.getByRole('button', { name: /播放语音/ });
  await voice.waitFor();
  await voice.click();
  await desk.getByRole('button', { name: '暂停' }).waitFor();
  await desk.waitForFunction(() => [...document.querySelectorAll('audio')].some((one) => one.currentTime > 0.3));

  // A recording that is thrown away leaves nothing.
  const before = await bubbles(village).count();
  await press(village, '录语音');
  await running.filter({ hasText: /0:0[1-9]/ }).waitFor();
  await press(village, '取消');
  await village.getByLabel('写消息').waitFor();
  assert.equal(await bubbles(village).count(), before);

  const receipts = village.getByRole('button', { name: /已读 \d|全部已读/ }).last();
  await receipts.click();
  await village.getByText(/已读：孙丽/).last().waitFor();
  await look(village, 'conversation', { sizes: ['phone'] });
  await look(desk, 'conversation', { sizes: ['desk'] });

  await village.getByLabel('写消息').fill('写错了');
  await press(village, '发送');
  await desk.getByText('写错了').waitFor();
  await village.getByRole('button', { name: '撤回' }).last().click();
  await desk.getByText(/撤回了一条消息/).waitFor();
  assert.equal(await desk.getByText('写错了').count(), 0);
  for (const page of [village, desk]) assert.deepEqual(page.faults, []);
});

test('off the network a message is kept on the device, over a reload too, and arrives once', async () => {
  const village = await people.signIn('village', { viewport: PHONE });
  const desk = await people.signIn('desk');
  const path = await opened(village, desk);
  await village.getByRole('button', { name: /^打开沟通/ }).click();
  await village.getByLabel('写消息').waitFor();
  await village.context().setOffline(true);
  await village.getByLabel('写消息').fill('离线写的话');
  await press(village, '发送');
  await village.getByText('未发送：网络不通，已保存在本机').waitFor();
  // Without the line the other language cannot be fetched.
  await look(village, 'conversation-offline', { sizes: ['phone'], languages: ['zh-CN'] });
  await village.getByLabel('写消息').fill('还没写完');
  await village.context().setOffline(false);
  await desk.getByText('离线写的话').waitFor();
  await village.locator('.talk-unsent').waitFor({ state: 'detached' });

  // The line goes, and the page with it: what waited goes out when the page is back.
  await village.route('**/api/v1/threads/*/messages', (route) =>
    route.request().method() === 'POST' ? route.abort() : route.continue(),
  );
  await village.getByLabel('写消息').fill('关机前写的话');
  await press(village, '发送');
  await village.getByText('未发送：网络不通，已保存在本机').waitFor();
  await village.getByLabel('写消息').fill('还没写完');
  await village.unroute('**/api/v1/threads/*/messages');
  await village.goto(`${path}#talk`);
  await village.reload();
  await desk.getByText('关机前写的话').waitFor();
  assert.equal(await village.getByLabel('写消息').inputValue(), '还没写完');
  assert.equal(await desk.getByText('离线写的话').count(), 1);
});

test('a notice leads to the conversation, rows show what is new, and the sender sees who has read the leg', async () => {
  const village = await people.signIn('village', { viewport: PHONE });
  const desk = await people.signIn('desk');
  await village.locator('.rows-link', { hasText: '李建国' }).first().click();
  await village.waitForURL(/\/referrals\/[0-9a-f-]{36}$/);
  await village.getByRole('button', { name: /^打开沟通/ }).click();
  await village.getByLabel('写消息').fill('家属已到镇口');
  await press(village, '发送');
  await village.getByText('家属已到镇口').waitFor();
  await desk.goto('/notices');
  await desk.getByText('有新的沟通消息').first().click();
  await desk.getByText('家属已到镇口').waitFor();
  await desk.getByLabel('写消息').fill('救护车 10 分钟到');
  await village.goto('/');
  await desk.keyboard.press('Enter');
  await village.getByText('1 条新消息').first().waitFor();
  await village.goto('/referrals');
  const receipts = village.getByRole('button', { name: /已读 \d+ · 未读 \d+/ }).first();
  await receipts.click();
  await village.getByText(/^已读：/).first().waitFor();
  await look(village, 'referrals-receipts');
});

test('a call is made where the deadline has passed, and its result is in the course', async () => {
  const desk = await people.signIn('desk');
  const village = await people.signIn('village', { viewport: PHONE });
  const path = await opened(village, desk);
  await desk.getByRole('button', { name: '打电话' }).click();
  const calling = desk.getByRole('dialog');
  const number = calling.getByRole('link').first();
  await number.waitFor();
  assert.match(await number.getAttribute('href'), /^tel:[\d+,]+$/);
  await look(desk, 'call', { sizes: ['desk'] });
  await choose(calling, '打给', '患者');
  await press(calling, '显示患者电话');
  await choose(calling, '结果', '未接通');
  await calling.getByLabel('备注').fill('响铃无人接听');
  await press(calling, '登记');
  await calling.waitFor({ state: 'hidden' });
  await desk.locator('.timeline').getByText(/电话联系 · 患者 未接通/).waitFor();
  await village.goto(`${path}#talk`);
  await village.getByText(/电话联系 · 患者 未接通/).first().waitFor();
});

test('every screen on the way is accessible and fits its window', everyScreenIsSound);
