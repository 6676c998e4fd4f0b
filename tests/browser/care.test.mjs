// Care around a referral: a package for a hospital without an account, from the printed sheet to the outcome that is entered
// for it; and a follow-up, from the outcome to the village doctor's phone.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { choose, press, registerPatient } from './forms.mjs';
import { People, PHONE } from './people.mjs';
import { Product } from './product.mjs';
import { everyScreenIsSound, look } from './screens.mjs';

const OUTSIDE = '邻省第三医院';

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

test('a hospital without an account opens the package once, and its outcome is entered for it', async () => {
  const admin = await people.signIn('admin');
  const made = await admin.context().request.post('/api/v1/organisations', {
    data: {
      id: '0199f0c1-2345-7abc-8def-0123456789ab',
      name: OUTSIDE,
      code: 'EXT-3',
      level: 'city_hospital',
      external: true,
      phone: '0318-5550199',
    },
  });
  assert.equal(made.status(), 201, await made.text());

  const village = await people.signIn('village');
  await village.goto('/referrals/new');
  await registerPatient(village, { name: '郑秋菊', seventeen: '13053419580314126' });
  await choose(village, '紧急程度', /^紧急/);
  await village.getByLabel('接收医院').selectOption({ label: `${OUTSIDE}（外部机构·无账号）` });
  await village.getByText('对方没有账号，不会收到站内通知').waitFor();
  await look(village, 'care-destination-outside');
  await press(village, '下一步');
  await village.getByLabel('主诉').fill('右上腹痛 1 天，发热');
  await village.getByLabel('初步诊断').fill('急性胆囊炎');
  await village.getByText('更多资料').click();
  await village.getByLabel('当前用药').fill('二甲双胍 0.5 g 每日两次');
  await village.getByLabel('需警惕的情况').fill('高热、黄疸');
  await village.getByLabel('医保类型').selectOption({ label: '居民医保' });
  await village.getByLabel('转诊备案号').fill('BA-2026-117');
  await look(village, 'care-more-fields');
  await press(village, '下一步');
  await choose(village, '知情同意', /^已取得书面同意/);
  await press(village, '提交转诊');
  await village.waitForURL(/\/referrals\/[0-9a-f-]{36}$/);
  const referral = new URL(village.url()).pathname;
  await village.getByText('由本机构代为登记').first().waitFor();
  await look(village, 'care-outside');

  await village.getByRole('link', { name: '生成取件码' }).click();
  const address = village.getByLabel('发邮件通知对方');
  await address.fill('zhuanzhen@');
  await press(village, '生成取件码并发邮件');
  await village.getByRole('alert').first().waitFor();
  await look(village, 'care-mail-wrong');
  await address.fill('zhuanzhen@hospital-3.example');
  await press(village, '生成取件码并发邮件');
  await village.getByText('正在发邮件到 zhuanzhen@hospital-3.example').waitFor();
  const code = await village.locator('.package-code').innerText();
  assert.match(code, /^([a-z0-9]{4}-){3}[a-z0-9]{4}$/);
  const link = await village.locator('.package-qr').getAttribute('alt');
  await look(village, 'care-sheet');
  await village.evaluate(() => {
    window.print = () => undefined;
  });
  await village.emulateMedia({ media: 'print' });
  await village.screenshot({ path: 'target/screenshots/care-sheet-printed.png', fullPage: true });
  assert.equal(await village.getByText('郑秋菊').count(), 0, 'nothing about the patient stands on the sheet');
  await village.emulateMedia({ media: 'screen' });
  await press(village, '已电话告知');
  await village.getByText('取件码已告知').waitFor();
  await village.goto(referral);
  await village.getByText(/zhuanzhen@hospital-3\.example/).waitFor();
  await look(village, 'care-mailed');

  // Another hospital, a browser that has never been here.
  const stranger = await people.arrive({ viewport: PHONE });
  const page = await stranger.goto(link);
  assert.match(page.headers()['x-robots-tag'], /noindex/);
  await look(stranger, 'care-open');
  await press(stranger, '打开资料');
  await stranger.getByRole('heading', { name: /郑秋菊/ }).waitFor();
  await stranger.getByText('急性胆囊炎').waitFor();
  await stranger.getByText('二甲双胍 0.5 g 每日两次').waitFor();
  await stranger.getByText('东沟村卫生室 · 周文英').waitFor();
  await look(stranger, 'care-opened');
  await stranger.reload();
  await press(stranger, '打开资料');
  await stranger.getByRole('heading', { name: /郑秋菊/ }).waitFor();
  const another = await people.arrive();
  await another.goto('/packages');
  await another.getByLabel('取件码').fill(code.toUpperCase().replaceAll('-', ' '));
  await press(another, '打开资料');
  await another.getByText('已经被打开过').waitFor();
  await look(another, 'care-open-twice');

  // The village hears of it without reloading, and enters what the hospital tells by phone.
  await village.locator('.package-row .status').getByText('已打开').waitFor();
  await press(village, '接收');
  const accepting = village.getByRole('dialog');
  const owner = accepting.getByLabel('负责医生');
  await owner.selectOption({ index: 1 });
  await press(accepting, '确认接收');
  await accepting.waitFor({ state: 'hidden' });
  await press(village, '登记到院');
  await village.getByRole('dialog').getByLabel('交接人').fill('家属来电');
  await press(village.getByRole('dialog'), '确认到院');
  await press(village, '反馈结果');
  const telling = village.getByRole('dialog');
  await telling.getByLabel('诊断', { exact: true }).fill('急性胆囊炎，行腹腔镜手术');
  await telling.getByLabel('治疗经过').fill('手术顺利');
  await telling.getByLabel('患者去向').selectOption({ label: '继续在院治疗' });
  await press(telling, '反馈给转出单位');
  await village.locator('.outcome .status').getByText('代录').waitFor();
  await look(village, 'care-proxy');
  for (const one of [village, stranger, another]) assert.deepEqual(one.faults, []);
});

test('a follow-up is planned with the outcome and done with one thumb', async () => {
  const village = await people.signIn('village', { viewport: PHONE });
  const desk = await people.signIn('desk');
  const doctor = await people.signIn('doctor');
  await village.goto('/referrals/new');
  await registerPatient(village, { name: '曹广田', seventeen: '13053419570822115' });
  await choose(village, '紧急程度', /^紧急/);
  await village.getByLabel('接收医院').selectOption({ label: '清河县人民医院' });
  await village.getByLabel('科室').selectOption({ label: '心血管内科' });
  await press(village, '下一步');
  await village.getByLabel('主诉').fill('头晕 1 周，血压控制不佳');
  await village.getByLabel('初步诊断').fill('高血压 3 级');
  await press(village, '下一步');
  await choose(village, '知情同意', /^已取得书面同意/);
  await press(village, '提交转诊');
  await village.waitForURL(/\/referrals\/[0-9a-f-]{36}$/);
  const referral = new URL(village.url()).pathname;

  await desk.goto(referral);
  await press(desk, '接收');
  const accepting = desk.getByRole('dialog');
  await accepting.getByLabel('负责医生').selectOption({ index: 1 });
  await press(accepting, '确认接收');
  await accepting.waitFor({ state: 'hidden' });
  await press(desk, '登记到院');
  await desk.getByRole('dialog').getByLabel('交接人').fill('曹广田本人');
  await press(desk.getByRole('dialog'), '确认到院');
  await doctor.goto(referral);
  await press(doctor, '反馈结果');
  const telling = doctor.getByRole('dialog');
  await telling.getByLabel('诊断', { exact: true }).fill('高血压 3 级，调整用药后达标');
  await telling.getByLabel('治疗经过').fill('联合用药');
  await telling.getByLabel('用药').fill('氨氯地平 5 mg 每日一次');
  await telling.getByLabel('患者去向').selectOption({ label: '转回基层' });
  await telling.getByText('高血压、糖尿病建议两周内').waitFor();
  // The doctor wants it sooner: today.
  const today = new Date().toLocaleDateString('en-CA', { timeZone: 'Asia/Shanghai' });
  await telling.getByLabel('随访日期').fill(today);
  await look(doctor, 'care-outcome-plan');
  await press(telling, '反馈给转出单位');
  await doctor.getByRole('heading', { name: '随访' }).waitFor();
  await doctor.getByText('今天到期').waitFor();
  await look(doctor, 'care-planned');

  await village.goto('/');
  await village.getByRole('link', { name: /随访.*1 项今天到期/ }).click();
  // The first screen names the patient too: the list has come when it can be answered.
  const button = village.getByRole('button', { name: '填写结果' });
  await button.waitFor();
  await village.getByText('曹广田').waitFor();
  await look(village, 'care-follow-ups');
  const box = await button.boundingBox();
  assert.ok(box.width > PHONE.width * 0.7 && box.height >= 44, `${box.width} × ${box.height}`);
  await button.click();
  const result = village.getByRole('dialog');
  await press(result, '完成随访');
  await result.getByText('请填写此项').waitFor();
  await result.getByLabel('收缩压').fill('128');
  await result.getByLabel('舒张压').fill('82');
  await result.getByLabel('情况').fill('无头晕，按时服药');
  await look(village, 'care-result');
  await press(result, '完成随访');
  await village.getByText('近期没有待随访的患者').waitFor();
  await press(village, '已办结');
  await village.getByText('血压 128/82 mmHg').waitFor();
  await look(village, 'care-follow-ups-done');
  // The hospital sees it on the referral without reloading.
  await doctor.getByText('血压 128/82 mmHg').waitFor();
  for (const page of [village, desk, doctor]) assert.deepEqual(page.faults, []);
});

test('every screen on the way is accessible and fits its window', everyScreenIsSound);
