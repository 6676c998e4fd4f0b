// The whole loop over four accounts, with the way back down in three presses; and the slip at the door of the hospital: read by a
// scanner, by the camera, by hand, and when it is the wrong door.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { CITY, Colleague, COUNTY } from './desk.mjs';
import { press } from './forms.mjs';
import { People, PHONE } from './people.mjs';
import { Product, SCREENSHOTS } from './product.mjs';
import { everyScreenIsSound, look } from './screens.mjs';

let product;
let people;
let village;
let deskHand;
let doctorHand;
before(async () => {
  product = await Product.start({ studies: false });
  people = await People.open(product);
  [village, deskHand, doctorHand] = await Promise.all(
    ['village', 'desk', 'doctor'].map((login) => Colleague.signIn(product, login)),
  );
});
afterEach((test) => people.leave(test));
after(async () => {
  await people?.close();
  await product?.stop();
});

const row = (page, name) => page.getByRole('row').filter({ hasText: name });
const status = (page, name) => page.locator('.page-head .status').getByText(name, { exact: true }).waitFor();
const tomorrow = () => new Date(Date.now() + 20 * 3_600_000).toISOString();

async function accepted(name, change = {}) {
  const leg = await village.refer(name, change);
  await deskHand.give(leg, 'open');
  return deskHand.give(leg, 'accept', { owner_id: doctorHand.me.person.id, expected_at: tomorrow() });
}

test('up, bed, arrival, interim note, outcome, back down and closed, over four accounts', async () => {
  const leg = await village.refer('宋玉莲', { urgency: 'urgent' });
  const desk = await people.signIn('desk');
  const doctor = await people.signIn('doctor');

  // The desk accepts and holds a bed, by keys.
  await row(desk, '宋玉莲').click();
  await desk.keyboard.press('a');
  const accepting = desk.getByRole('dialog');
  const owner = accepting.getByLabel('负责医生');
  await owner.selectOption({ label: await owner.locator('option').filter({ hasText: '何志刚' }).innerText() });
  await press(accepting, '确认接收');
  await accepting.waitFor({ state: 'detached' });
  await desk.getByRole('button', { name: /^待到院/ }).click();
  await row(desk, '宋玉莲').click();
  await desk.keyboard.press('x');
  const reserving = desk.getByRole('dialog');
  await reserving.getByLabel('床号、号源或诊位').fill('心内一区 3 床');
  await press(reserving, '确认保留');
  await row(desk, '宋玉莲').getByText('已留床').waitFor();

  // The slip is scanned at the door.
  const slip = await village.ask('GET', `/legs/${leg.id}/slip`);
  await desk.getByRole('link', { name: '扫码到院' }).click();
  await look(desk, 'arrivals');
  await desk.keyboard.type(slip.url);
  await desk.keyboard.press('Enter');
  await desk.getByText('心内一区 3 床').waitFor();
  await look(desk, 'arrival-found');
  await press(desk, '确认到院');
  await desk.getByRole('dialog').getByLabel('交接人').fill('宋玉莲之子');
  await press(desk.getByRole('dialog'), '确认到院');
  await desk.getByText('宋玉莲 已登记到院').first().waitFor();
  await look(desk, 'arrival-done', { sizes: ['phone'] });

  // The doctor writes on the way, and sends home what is done: three presses, and nothing typed twice.
  await row(doctor, '宋玉莲').getByRole('link').click();
  await press(doctor, '开始诊疗');
  await doctor.getByLabel('就诊号').fill('ZY20261128');
  await press(doctor.getByRole('dialog'), '开始诊疗');
  await status(doctor, '诊疗中');
  await press(doctor, '病程记录');
  await doctor.getByRole('dialog').getByLabel('内容').fill('利尿、扩血管治疗 5 天，症状缓解，双肺啰音消失。');
  await press(doctor.getByRole('dialog'), '病程记录');
  await doctor.getByText('双肺啰音消失').first().waitFor();
  await look(doctor, 'referral-in-care');

  let presses = 0;
  const counted = async (button) => {
    presses += 1;
    await button.click();
  };
  await counted(doctor.getByRole('button', { name: '下转', exact: true }));
  assert.match(await doctor.getByLabel('治疗经过').inputValue(), /双肺啰音消失/);
  assert.equal(await doctor.getByLabel('诊断编码').inputValue(), 'I50.9');
  await look(doctor, 'back-down-outcome');
  await counted(doctor.getByRole('button', { name: '确认，起草下转单' }));
  await doctor.getByRole('heading', { name: '下转单草稿' }).waitFor();
  await look(doctor, 'back-down-draft');
  await counted(doctor.getByRole('button', { name: '患者已书面同意，提交下转' }));
  await status(doctor, '待查看');
  assert.ok(presses <= 3, `${presses} presses`);
  const down = await doctorHand.ask('GET', `/legs/${new URL(doctor.url()).pathname.split('/').at(-1)}`);
  assert.deepEqual(
    [down.direction, down.to.name, down.based_on, down.consent.kind, down.form.diagnosis.code],
    ['down', '东沟村卫生室', leg.id, 'written', 'I50.9'],
  );

  // Home again: the sender takes the outcome in, the family doctor takes the patient over, and the case closes.
  const sender = await people.signIn('village', { viewport: PHONE });
  await sender.goto(`/referrals/${leg.id}`);
  await press(sender, '确认收到结果');
  await status(sender, '已完成');
  const family = await people.signIn('family', { viewport: PHONE });
  await family.goto(`/referrals/${down.id}`);
  await press(family, '接收');
  const taking = family.getByRole('dialog');
  await look(family, 'down-accept', { sizes: ['phone'] });
  const candidates = await taking.getByLabel('负责医生').locator('option').allInnerTexts();
  if (candidates.length === 1) {
    // Nobody at a village clinic is a receiving doctor by title: the API accepts whoever works there.
    await family.keyboard.press('Escape');
    await village.give(down, 'accept', { owner_id: village.me.person.id, expected_at: tomorrow() });
  } else {
    await taking.getByLabel('负责医生').selectOption({ index: 1 });
    await press(taking, '确认接收');
  }
  await status(family, '已接收');
  await press(family, '登记到院');
  await family.getByRole('dialog').getByLabel('交接人').fill('宋玉莲之子');
  await press(family.getByRole('dialog'), '确认到院');
  await status(family, '已到院');
  await press(family, '反馈结果');
  const told = family.getByRole('dialog');
  await told.getByLabel('治疗经过').fill('上门随访，症状平稳。');
  await told.getByLabel('患者去向').selectOption({ label: '继续在院治疗' });
  await press(told, '反馈给转出单位');
  await doctor.reload();
  await press(doctor, '确认收到结果');
  await doctor.getByText('已办结').waitFor();
  await look(doctor, 'loop-closed');
  for (const page of [desk, doctor, sender, family]) assert.deepEqual(page.faults, []);
});

test('a slip at the wrong door says where its patient is expected, and what a human can do', async () => {
  const away = await village.refer('石秀', { to: CITY, urgency: 'emergency' });
  const slip = await village.ask('GET', `/legs/${away.id}/slip`);
  const desk = await people.signIn('desk', { viewport: PHONE });
  // As a telephone's own camera opens it.
  await desk.goto(new URL(slip.url).pathname);
  await desk.getByText('这位患者不是转到本单位的').waitFor();
  await desk.getByText(`凭条上的接收单位：${CITY}`).waitFor();
  assert.equal(await desk.getByText('石秀').count(), 0, 'nothing else of the patient');
  await look(desk, 'arrival-elsewhere');
  await press(desk, '继续登记下一位');

  const cancelled = await accepted('杨雄');
  const his = await village.ask('GET', `/legs/${cancelled.id}/slip`);
  await village.give(cancelled, 'cancel', { reason: '患者自行前往市医院' });
  await deskHand.give(cancelled, 'confirm_cancel');
  await desk.getByLabel('扫码枪或单号').fill(his.code.toLowerCase());
  await press(desk, '查找');
  await desk.getByText('这条转诊不能登记到院').waitFor();
  await desk.getByText('现在的状态：已取消').waitFor();
  assert.equal(await desk.getByRole('button', { name: '确认到院' }).count(), 0);
  await look(desk, 'arrival-ended');
  await press(desk, '继续登记下一位');

  await desk.getByLabel('扫码枪或单号').fill(`${his.number}-00000000`);
  await press(desk, '查找');
  await desk.getByText('没有找到这张凭条').waitFor();
  await look(desk, 'arrival-unknown', { sizes: ['phone'] });
  assert.deepEqual(desk.faults, []);
});

test('the code that we print is read by our own camera, and a name is found by hand', async () => {
  const leg = await accepted('时迁');
  await accepted('燕青');
  const desk = await people.signIn('desk');
  await desk.goto(`/print/${leg.id}/slip`);
  const code = desk.locator('.slip-qr svg.qr');
  await code.waitFor();
  const drawn = await code.evaluate((svg) => new XMLSerializer().serializeToString(svg));
  await desk.addInitScript((svg) => {
    // The camera of a test sees what was printed, held a little askew on a grey desk.
    navigator.mediaDevices.getUserMedia = async () => {
      const canvas = document.createElement('canvas');
      canvas.width = 640;
      canvas.height = 480;
      const pen = canvas.getContext('2d');
      const image = new Image();
      image.src = `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`;
      await image.decode();
      const draw = () => {
        pen.fillStyle = '#8a8a80';
        pen.fillRect(0, 0, 640, 480);
        pen.save();
        pen.translate(320, 240);
        pen.rotate(0.12);
        pen.drawImage(image, -150, -150, 300, 300);
        pen.restore();
        requestAnimationFrame(draw);
      };
      draw();
      return canvas.captureStream(10);
    };
  }, drawn);
  await desk.goto('/arrivals');
  await press(desk, '用摄像头扫码');
  await desk.locator('.arrival').getByText('时迁').waitFor();
  await press(desk, '继续登记下一位');

  await desk.getByRole('searchbox', { name: '按姓名或单号查找' }).fill('yanqing');
  await desk.getByRole('button', { name: /燕青/ }).waitFor();
  await desk.getByRole('button', { name: /时迁/ }).waitFor({ state: 'detached' });
  await desk.getByRole('button', { name: /燕青/ }).click();
  await desk.locator('.arrival').getByText('燕青').waitFor();
  await press(desk, '确认到院');
  await desk.getByRole('dialog').getByLabel('交接人').fill('本人');
  await press(desk.getByRole('dialog'), '确认到院');
  await desk.getByText('燕青 已登记到院').first().waitFor();
  assert.deepEqual(desk.faults, []);
});

test('the form, the slip and the shift list come out of the printer whole', async () => {
  const leg = await accepted('卢俊义', { urgency: 'urgent' });
  const desk = await people.signIn('desk');
  await desk.goto(`/print/${leg.id}/form`);
  await desk.locator('svg.qr').waitFor();
  await desk.getByText('河北省邢州市清河县柳林镇东沟村 12 号').waitFor();
  await look(desk, 'print-form');
  await pdf(desk, 'print-form', ['双向转诊单', leg.number, '卢俊义', '心力衰竭待查', '血压 168/96 mmHg', '青霉素过敏', '打印时间'], 1);
  assert.ok(!(await desk.locator('.paper').innerText()).includes('13803190000'));
  await desk.getByLabel('打印完整的证件号和电话').check();
  await desk.locator('.paper').getByText('13803190000').waitFor();

  await desk.goto(`/print/${leg.id}/slip`);
  await desk.locator('svg.qr').waitFor();
  await desk.getByText('120').waitFor();
  await look(desk, 'print-slip');
  await pdf(desk, 'print-slip', ['转诊凭条', COUNTY, '身份证', '120'], 1);

  await desk.goto('/board');
  await desk.getByRole('link', { name: '打印交班表' }).click();
  await row(desk, '卢俊义').waitFor();
  await look(desk, 'print-shift');
  await pdf(desk, 'print-shift', ['转诊交班表', '卢俊义', '交班备注', '接班人签字'], null);

  // The back part is there once there is an outcome.
  await deskHand.give(leg, 'arrive', { signature: '家属' });
  await doctorHand.give(leg, 'send_outcome', {
    diagnosis: { code: 'I50.907', system: 'ICD-10-CN-clinical', system_version: '2.0', text: '慢性心力衰竭急性加重' },
    treatment: '利尿、扩血管。',
    plan: '每周复查体重、血压。',
    disposition: 'stays',
  });
  const home = await people.signIn('village');
  await home.goto(`/referrals/${leg.id}`);
  await home.getByRole('link', { name: '打印转诊单' }).click();
  await home.getByText('慢性心力衰竭急性加重').waitFor();
  await home.locator('svg.qr').waitFor();
  await look(home, 'print-back');
  await pdf(home, 'print-back', ['诊疗结果（回执）', 'I50.907 ICD-10-CN-clinical 2.0'], null);
  for (const page of [desk, home]) assert.deepEqual(page.faults, []);
});

test('every screen on the way is accessible and fits its window', everyScreenIsSound);

/** Prints to a PDF in target/screenshots; its words and pages are read back. */
async function pdf(page, name, words, pages) {
  const bytes = await page.pdf({ preferCSSPageSize: true, printBackground: false });
  const file = join(SCREENSHOTS, `${name}.pdf`);
  writeFileSync(file, bytes);
  const count = bytes.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
  if (pages !== null) assert.equal(count, pages, `${name} is ${count} pages`);
  const text = execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' }).replace(/\s+/g, '');
  for (const word of words) assert.ok(text.includes(word.replace(/\s+/g, '')), `${name}: ${word}`);
}
