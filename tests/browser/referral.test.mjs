// A referral up to the county hospital and its answer: village, desk and doctor at their own screens, each following
// what the others do without reloading. And one that is declined, with a reason and what to do instead.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { choose, press, registerPatient } from './forms.mjs';
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

test('a patient is referred up, accepted, received and answered, and the case closes', async () => {
  const village = await people.signIn('village', { viewport: PHONE });
  const desk = await people.signIn('desk');
  const doctor = await people.signIn('doctor');
  await look(village, 'home');
  await desk.getByRole('heading', { name: '转诊看板' }).waitFor();

  await village.getByRole('link', { name: /^发起转诊/ }).click();
  await village.getByLabel('查找患者').waitFor();
  await look(village, 'referral-patient');
  await registerPatient(village, { name: '钱守义', seventeen: '13053419551107121' });
  await choose(village, '紧急程度', /^紧急/);
  await village.getByLabel('接收医院').selectOption({ label: '清河县人民医院' });
  await village.getByLabel('科室').selectOption({ label: '心血管内科' });
  await choose(village, '转诊原因', '诊断不明或条件有限');
  await look(village, 'referral-destination');
  await press(village, '下一步');
  await press(village, '下一步');
  await village.getByText('请填写此项').first().waitFor();
  await village.getByLabel('主诉').fill('胸闷、气短 3 天，活动后加重');
  await village.getByLabel('血压').fill('168/96');
  await village.getByLabel('血氧').fill('93');
  await village.getByLabel('初步诊断').fill('心力衰竭待查');
  await village.getByLabel('现病史').fill('3 天前受凉后出现胸闷、气短，夜间不能平卧，双下肢水肿。');
  await look(village, 'referral-clinical');
  await press(village, '下一步');
  await choose(village, '知情同意', /^已取得书面同意/);
  await look(village, 'referral-review');
  await press(village, '提交转诊');
  await village.waitForURL(/\/referrals\/[0-9a-f-]{36}$/);
  await status(village, '待查看');
  await look(village, 'referral-sent');

  // The desk has not touched its page: the row comes by itself, with a clock that runs.
  const row = desk.getByRole('row').filter({ hasText: '钱守义' });
  await row.waitFor();
  const clock = row.locator('.clock');
  const first = await clock.innerText();
  await desk.waitForFunction(([element, before]) => element.innerText !== before, [await clock.elementHandle(), first]);
  await look(desk, 'board');
  await row.getByRole('link').click();
  await status(desk, '已查看');
  await status(village, '已查看');
  await press(desk, '接收');
  const accepting = desk.getByRole('dialog');
  await accepting.getByLabel('负责医生').selectOption({ label: await optionWith(accepting, '何志刚') });
  await look(desk, 'referral-accept');
  await press(accepting, '确认接收');
  await status(desk, '已接收');
  await status(village, '已接收');
  await press(desk, '登记到院');
  const arriving = desk.getByRole('dialog');
  await arriving.getByLabel('交接人').fill('钱守义之子 钱进');
  await look(desk, 'referral-arrive');
  await press(arriving, '确认到院');
  await status(desk, '已到院');

  await doctor.getByRole('row').filter({ hasText: '钱守义' }).getByRole('link').click();
  await status(doctor, '已到院');
  await press(doctor, '反馈结果');
  const telling = doctor.getByRole('dialog');
  await telling.getByLabel('诊断', { exact: true }).fill('冠心病，慢性心力衰竭急性加重');
  await telling.getByLabel('治疗经过').fill('利尿、扩血管治疗，症状缓解，收入心内科。');
  await telling.getByLabel('后续计划').fill('出院后每周复查血压、体重。');
  await telling.getByLabel('患者去向').selectOption({ label: '继续在院治疗' });
  await look(doctor, 'referral-outcome-form');
  await press(telling, '反馈给转出单位');
  await status(doctor, '结果已反馈');

  await village.getByText('冠心病，慢性心力衰竭急性加重').first().waitFor();
  await look(village, 'referral-outcome');
  await press(village, '确认收到结果');
  await status(village, '已完成');
  await village.getByText('已办结').waitFor();
  const timeline = village.locator('.timeline');
  for (const who of ['周文英 · 东沟村卫生室', '孙丽 · 清河县人民医院', '何志刚 · 清河县人民医院']) {
    await timeline.getByText(who).first().waitFor();
  }
  const times = await timeline.locator('time').evaluateAll((all) => all.map((one) => Date.parse(one.dateTime)));
  assert.ok(times.length >= 6 && times.every((time) => !Number.isNaN(time)));
  assert.deepEqual(times, [...times].sort((a, b) => b - a), 'the newest comes first');
  await look(village, 'referral-closed');
  for (const page of [village, desk, doctor]) {
    assert.deepEqual(page.faults, []);
    }
});

test('a referral is declined with a coded reason and a suggestion, and the sender takes note', async () => {
  const village = await people.signIn('village');
  const desk = await people.signIn('desk');
  await village.goto('/referrals/new');
  await registerPatient(village, { name: '冯玉芝', seventeen: '13053419620209124' });
  await village.getByLabel('接收医院').selectOption({ label: '清河县人民医院' });
  await village.getByLabel('科室').selectOption({ label: '普外科' });
  await press(village, '下一步');
  await village.getByLabel('主诉').fill('腰痛 2 周');
  await village.getByLabel('初步诊断').fill('腰椎间盘突出');
  await press(village, '下一步');
  await choose(village, '知情同意', /^已取得书面同意/);
  await press(village, '提交转诊');
  await status(village, '待查看');

  const row = desk.getByRole('row').filter({ hasText: '冯玉芝' });
  await row.getByRole('button', { name: '谢绝' }).click();
  const declining = desk.getByRole('dialog');
  await press(declining, '谢绝接收');
  await declining.getByText('请填写此项').first().waitFor();
  await declining.getByLabel('谢绝原因').selectOption({ label: '无床位' });
  await declining.getByLabel('建议', { exact: true }).fill('请先转柳林镇卫生院理疗，两周后仍不缓解再联系。');
  await look(desk, 'referral-decline');
  await press(declining, '谢绝接收');
  await declining.waitFor({ state: 'hidden' });

  await village.getByText('已谢绝 · 无床位').waitFor();
  await village.getByText('请先转柳林镇卫生院理疗').first().waitFor();
  await look(village, 'referral-declined');
  await press(village, '知道了');
  await village.getByRole('button', { name: '知道了' }).waitFor({ state: 'hidden' });
  await village.goto('/referrals');
  await village.getByText('冯玉芝').waitFor();
  await look(village, 'referrals');
});

test('every screen on the way is accessible and fits its window', everyScreenIsSound);

/** The state that the head of the page names. */
function status(page, name) {
  return page.locator('.page-head .status').getByText(name, { exact: true }).waitFor();
}

/** The whole label of the one option that holds a text. */
async function optionWith(scope, text) {
  return (await scope.locator('option').filter({ hasText: text }).first().innerText()).trim();
}
