// The transfer desk, which is open all day: worked by keys, narrowed and kept as views, heard in an emergency, honest about who was
// faster and about a line that is gone.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { CITY, Colleague, fillBoard, LIULIN } from './desk.mjs';
import { press } from './forms.mjs';
import { People, PHONE } from './people.mjs';
import { Product } from './product.mjs';
import { everyScreenIsSound, look } from './screens.mjs';

let product;
let people;
let village;
let deskHand;
let doctorHand;
before(async () => {
  product = await Product.start({ studies: false });
  people = await People.open(product);
  ({ village, desk: deskHand, doctor: doctorHand } = await fillBoard(product, 60));
});
afterEach((test) => people.leave(test));
after(async () => {
  await people?.close();
  await product?.stop();
});

const row = (page, name) => page.getByRole('row').filter({ hasText: name });
/** The board with its first rows on it. */
const rows = (page) => page.locator('.board [data-row]').first().waitFor();
/** Only what holds a name, as the desk finds it: rows far below do not stand in the page. */
const only = (page, name) => page.getByRole('searchbox').fill(name);
const selected = (page) => page.locator('.board-selected .board-patient strong').innerText();

test('the board is worked by keys alone, which do nothing in a field and can be switched off', async () => {
  const desk = await people.signIn('desk');
  await rows(desk);
  await desk.keyboard.press('j');
  const first = await selected(desk);
  await desk.keyboard.press('j');
  const second = await selected(desk);
  assert.notEqual(first, second);
  await desk.keyboard.press('k');
  assert.equal(await selected(desk), first);

  // The first is an emergency: it can be accepted, but not declined.
  await desk.keyboard.press('d');
  assert.equal(await desk.getByRole('dialog').count(), 0);
  await desk.keyboard.press('a');
  const accepting = desk.getByRole('dialog', { name: `接收 · ${first}` });
  await accepting.waitFor();
  await desk.keyboard.press('Escape');
  await desk.keyboard.press('r');
  await desk.getByRole('dialog', { name: `转荐其他医院 · ${first}` }).waitFor();
  await desk.keyboard.press('Escape');

  await desk.keyboard.press('?');
  await desk.getByRole('dialog', { name: '快捷键' }).getByText('下一条 / 上一条').waitFor();
  await look(desk, 'board-keys');
  await desk.keyboard.press('Escape');

  await desk.keyboard.press('/');
  await desk.keyboard.type('ajd');
  assert.equal(await desk.getByRole('searchbox').inputValue(), 'ajd');
  assert.equal(await desk.getByRole('dialog').count(), 0);
  await desk.getByRole('searchbox').fill('');
  await desk.keyboard.press('Escape');

  await press(desk, '快捷键');
  await desk.getByRole('checkbox', { name: '启用单键快捷键' }).uncheck();
  await press(desk.getByRole('dialog'), '关闭');
  await desk.getByRole('heading', { name: '转诊看板' }).click();
  await desk.keyboard.press('a');
  await desk.keyboard.press('?');
  assert.equal(await desk.getByRole('dialog').count(), 0);
  await press(desk, '快捷键');
  await desk.getByRole('checkbox', { name: '启用单键快捷键' }).check();
  await press(desk.getByRole('dialog'), '关闭');

  // Enter opens the row, and reading it is seen by the sender.
  await desk.getByRole('heading', { name: '转诊看板' }).click();
  await desk.keyboard.press('j');
  await desk.keyboard.press('Enter');
  await desk.waitForURL(/\/referrals\/[0-9a-f-]{36}$/);
  assert.deepEqual(desk.faults, []);
});

test('a patient is accepted, given a bed and marked as not come, by key and straight from the board', async () => {
  const leg = await village.refer('潘巧云', { urgency: 'urgent' });
  const desk = await people.signIn('desk');
  await only(desk, '潘巧云');
  await row(desk, '潘巧云').click();
  await desk.keyboard.press('u');
  const asking = desk.getByRole('dialog');
  await asking.getByLabel('内容').fill('请补充心电图。');
  await press(asking, '要求补充');
  await row(desk, '潘巧云').getByText('待补充').waitFor();
  await village.give(leg, 'answer', { text: '已上传。' });
  await row(desk, '潘巧云').getByText('已查看').waitFor();

  await row(desk, '潘巧云').click();
  await desk.keyboard.press('a');
  const accepting = desk.getByRole('dialog');
  await accepting.getByLabel('负责医生').selectOption({ index: 1 });
  await look(desk, 'board-accept');
  await press(accepting, '确认接收');
  await row(desk, '潘巧云').waitFor({ state: 'detached' });

  await desk.getByRole('button', { name: /^待到院/ }).click();
  await row(desk, '潘巧云').click();
  await desk.keyboard.press('x');
  const reserving = desk.getByRole('dialog');
  await reserving.getByLabel('床号、号源或诊位').fill('心内二区 12 床');
  await look(desk, 'board-reserve');
  await press(reserving, '确认保留');
  await row(desk, '潘巧云').getByText('已留床').waitFor();

  await row(desk, '潘巧云').getByRole('button', { name: /^更多/ }).click();
  await look(desk, 'board-more');
  await press(desk.getByRole('dialog'), '登记未到院');
  const missing = desk.getByRole('dialog');
  for (const [at, note] of ['电话无人接听', '家属称改日再来'].entries()) {
    await missing.getByLabel('联系情况').nth(at).fill(note);
  }
  await press(missing, '登记未到院');
  await row(desk, '潘巧云').getByText('未到院', { exact: true }).waitFor();
  assert.equal((await village.ask('GET', `/legs/${leg.id}`)).state, 'no_show');
  assert.deepEqual(desk.faults, []);
});

test('one is declined with a reason and a suggestion, another redirected to a third hospital', async () => {
  const declined = await village.refer('扈三娘');
  const redirected = await village.refer('顾大嫂', { urgency: 'urgent' });
  const desk = await people.signIn('desk');
  await only(desk, '扈三娘');
  await row(desk, '扈三娘').click();
  await desk.keyboard.press('d');
  const declining = desk.getByRole('dialog');
  await declining.getByLabel('谢绝原因').selectOption({ label: '无床位' });
  await declining.getByLabel('建议', { exact: true }).fill(`请先转${LIULIN}观察。`);
  await press(declining, '谢绝接收');
  await row(desk, '扈三娘').waitFor({ state: 'detached' });
  const told = await village.ask('GET', `/legs/${declined.id}`);
  assert.deepEqual([told.state, told.decision.code], ['declined', 'no_bed']);

  await only(desk, '顾大嫂');
  await row(desk, '顾大嫂').click();
  await desk.keyboard.press('r');
  const sending = desk.getByRole('dialog');
  await sending.getByLabel('接收医院').selectOption({ label: CITY });
  await sending.getByLabel('科室').selectOption({ index: 1 });
  await sending.getByLabel('交接说明').fill('本院无介入条件，已电话联系。');
  await look(desk, 'board-redirect');
  await press(sending, '转荐其他医院');
  await row(desk, '顾大嫂').waitFor({ state: 'detached' });
  const ended = await village.ask('GET', `/legs/${redirected.id}`);
  const next = await village.ask('GET', `/legs/${ended.follow_up}`);
  assert.deepEqual([ended.state, next.state, next.to.name], ['redirected', 'submitted', CITY]);
  assert.deepEqual(desk.faults, []);
});

test('of two who accept the same patient one hears who was faster, and a change meanwhile is said in words', async () => {
  const raced = await village.refer('孙二娘');
  const changed = await village.refer('李瓶儿');
  const desk = await people.signIn('desk');
  await only(desk, '孙二娘');
  await row(desk, '孙二娘').click();
  await desk.keyboard.press('a');
  const late = desk.getByRole('dialog');
  await late.getByLabel('负责医生').selectOption({ index: 1 });
  const expected_at = new Date(Date.now() + 3_600_000).toISOString();
  await doctorHand.give(raced, 'accept', { owner_id: doctorHand.me.person.id, expected_at });
  await press(late, '确认接收');
  await late.getByText('这位患者已由何志刚接收').waitFor();
  await look(desk, 'board-too-late', { sizes: ['desk'] });
  await desk.keyboard.press('Escape');

  await only(desk, '李瓶儿');
  await row(desk, '李瓶儿').click();
  await desk.keyboard.press('d');
  const declining = desk.getByRole('dialog');
  await declining.getByLabel('谢绝原因').selectOption({ label: '无转诊指征' });
  await declining.getByLabel('建议', { exact: true }).fill('门诊随访');
  await doctorHand.give(changed, 'ask', { text: '心电图？' });
  await press(declining, '谢绝接收');
  await declining.getByText('状态由“待查看”变为“待补充”').waitFor();
  assert.equal(await declining.getByLabel('建议', { exact: true }).inputValue(), '门诊随访', 'nothing typed is lost');
  await look(desk, 'board-changed', { sizes: ['desk'] });
  await press(declining, '谢绝接收');
  await declining.waitFor({ state: 'detached' });
  assert.equal((await village.ask('GET', `/legs/${changed.id}`)).state, 'declined');
  assert.deepEqual(desk.faults, []);
});

test('a view is saved under a name and is there in another browser', async () => {
  const desk = await people.signIn('desk');
  await rows(desk);
  await desk.getByLabel('紧急程度').selectOption({ label: '急诊' });
  await desk.getByLabel('科室').selectOption({ index: 1 });
  const states = await desk.locator('.board tbody .board-state').allInnerTexts();
  assert.ok(states.every((text) => text.includes('急诊')), states.join());
  await press(desk, '保存为视图');
  await desk.getByLabel('视图名称').fill('急诊抢救');
  await look(desk, 'board-view');
  await press(desk.getByRole('dialog'), '保存');
  await desk.getByRole('button', { name: '急诊抢救', pressed: true }).waitFor();
  await look(desk, 'board-viewed');

  const elsewhere = await people.signIn('desk', { viewport: PHONE });
  await press(elsewhere, '急诊抢救');
  await elsewhere.getByRole('button', { name: '急诊抢救', pressed: true }).waitFor();
  await press(elsewhere, '删除这个视图');
  await elsewhere.getByRole('button', { name: '急诊抢救' }).waitFor({ state: 'detached' });
  await press(elsewhere, '清除筛选');
  // What is typed in pinyin only the server can look up.
  await press(elsewhere, '筛选');
  await elsewhere.getByRole('searchbox').fill('wangxiulan');
  await elsewhere.getByText('1 条', { exact: false }).waitFor();
  assert.ok((await row(elsewhere, '王秀兰').count()) >= 1);
  for (const page of [desk, elsewhere]) assert.deepEqual(page.faults, []);
});

test('an emergency sounds until somebody sees it, once the browser has been allowed to', async () => {
  const desk = await people.arrive();
  await desk.context().addInitScript(() => {
    window.tones = 0;
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...at) {
      window.tones += 1;
      return start.apply(this, at);
    };
    // As in a browser that has not been pressed yet, which the headless one does not wait for: what is asked to sound stays
    // suspended until the page asks again within a press.
    let pressed = false;
    let allowed = false;
    addEventListener('pointerdown', () => { pressed = true; }, true);
    const resume = AudioContext.prototype.resume;
    AudioContext.prototype.resume = function () {
      allowed ||= pressed;
      return resume.call(this);
    };
    const state = Object.getOwnPropertyDescriptor(BaseAudioContext.prototype, 'state');
    Object.defineProperty(BaseAudioContext.prototype, 'state', {
      get() { return allowed ? state.get.call(this) : 'suspended'; },
    });
  });
  // Already signed in: nobody has pressed anything on this page.
  const session = await fetch(`${product.address}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ login: 'desk', password: 'demo-only-2026' }),
  });
  // Beside it comes the mark of a known browser, in no settled order.
  const cookies = session.headers.getSetCookie().map((one) => one.split(';')[0].split('='));
  const [name, value] = cookies.find(([one]) => one === 'consult_session');
  await desk.context().addCookies([{ name, value, url: product.address }]);
  // What the filled board still holds unseen is seen by now.
  const open = (await deskHand.ask('GET', '/legs?box=incoming&state=submitted&urgency=emergency&limit=200')).items;
  for (const one of open) await deskHand.give(one, 'open');
  await desk.goto('/board');
  await rows(desk);
  await desk.getByRole('button', { name: '开启声音' }).waitFor();
  await look(desk, 'board-silent', { sizes: ['desk'], languages: ['zh-CN'] });
  assert.equal(await desk.evaluate(() => window.tones), 0);
  await press(desk, '开启声音');
  await desk.getByRole('slider', { name: '提示音音量' }).waitFor();
  const tested = await desk.evaluate(() => window.tones);
  assert.ok(tested > 0, 'the press lets it be heard at once');

  const leg = await village.refer('林冲', { urgency: 'emergency' });
  await desk.getByRole('button', { name: '静音本次' }).waitFor();
  // The title follows the rows in a step of its own.
  await desk.waitForFunction(() => document.title.startsWith('(1) 急诊待查看'));
  await desk.waitForFunction((before) => window.tones >= before + 4, tested);
  await look(desk, 'board-emergency');
  await press(desk, '静音本次');
  const hushed = await desk.evaluate(() => window.tones);
  assert.match(await desk.title(), /^\(1\)/, 'silent, but not seen');
  await doctorHand.give(leg, 'open');
  await desk.waitForFunction(() => !document.title.startsWith('('));
  assert.equal(await desk.evaluate(() => window.tones), hushed);
  assert.deepEqual(desk.faults, []);
});

test('a line that is gone shows in red, and the board catches up by itself', async () => {
  const desk = await people.signIn('desk');
  await rows(desk);
  await desk.evaluate(() => { window.sameDocument = true; });
  await desk.context().setOffline(true);
  await desk.getByRole('alert').filter({ hasText: '网络已断开' }).waitFor();
  // The other language cannot be fetched now.
  await look(desk, 'board-offline', { languages: ['zh-CN'] });
  await village.refer('武松', { urgency: 'emergency' });
  await desk.context().setOffline(false);
  await row(desk, '武松').waitFor();
  await desk.getByRole('alert').filter({ hasText: /网络已断开|实时更新已中断/ }).waitFor({ state: 'detached' });
  await village.refer('鲁智深', { urgency: 'emergency' });
  await row(desk, '鲁智深').waitFor();
  assert.equal(await desk.evaluate(() => window.sameDocument), true, 'without reloading');
  assert.deepEqual(desk.faults, []);
});

test('the board of sixty rows is looked at', async () => {
  const desk = await people.signIn('desk');
  await rows(desk);
  await desk.getByRole('button', { name: /^全部在办/ }).click();
  await rows(desk);
  await desk.mouse.move(5, 5);
  await look(desk, 'board-full');
});

test('every screen on the way is accessible and fits its window', everyScreenIsSound);
