// Emergency access from the search to its end and its review, the masked number, who looked at a record, and the
// auditor's search: the doctor, the security administrator and the auditor at their own browsers.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, test } from 'node:test';
import { choose, press, withCheckDigit } from './forms.mjs';
import { People } from './people.mjs';
import { Product } from './product.mjs';
import { everyScreenIsSound, look } from './screens.mjs';

const STRANGER = '王佩兰';
const NUMBER = withCheckDigit('13053419491231002');
const STORY = '车祸昏迷送入急诊，身上只有身份证，无家属陪同';

let product;
let people;
let stranger;
before(async () => {
  product = await Product.start({ studies: false });
  people = await People.open(product);
  const township = await people.signIn('township');
  stranger = crypto.randomUUID().replace(/^(.{14})./, '$17');
  const answer = await township.context().request.post('/api/v1/patients', {
    data: {
      id: stranger,
      name: STRANGER,
      sex: 'female',
      birth_date: '1949-12-31',
      identity: { kind: 'resident_id', value: NUMBER },
      phone: '13900001234',
      address: null,
    },
  });
  assert.equal(answer.status(), 201);
  await township.context().close();
});
afterEach((test) => people.leave(test));
after(async () => {
  await people?.close();
  await product?.stop();
});

/** Fills the form of emergency access and opens the record. */
async function breakGlass(page, { minutes = '60 分钟' } = {}) {
  await choose(page, '理由', '患者昏迷，无人能说明');
  await page.getByLabel('情况说明').fill(STORY);
  await choose(page, '时长', minutes);
  await press(page, '打开病历');
  await page.getByRole('heading', { name: STRANGER }).waitFor();
}

const banner = (page) => page.getByRole('complementary', { name: `对 ${STRANGER} 的紧急访问正在进行` });

test('a doctor finds nobody, breaks the glass, reads the record and ends it', async () => {
  const page = await people.signIn('doctor');
  const denied = await page.context().request.get(`/api/v1/patients/${stranger}`);
  assert.equal(denied.status(), 404);
  await page.goto(`/patients?q=${STRANGER}`);
  await page.getByText(`没有找到“${STRANGER}”`).waitFor();
  await look(page, 'patients-nobody');
  await page.getByRole('link', { name: '紧急访问' }).click();
  await page.getByRole('heading', { name: '紧急访问' }).waitFor();
  assert.equal(await page.getByRole('textbox', { name: '姓名' }).inputValue(), STRANGER);
  await press(page, '打开病历');
  await page.getByText('请写明情况，至少 10 个字').waitFor();
  await look(page, 'glass-ask-incomplete');
  await page.getByRole('textbox', { name: '出生日期' }).fill('1950-01-01');
  await choose(page, '理由', '患者昏迷，无人能说明');
  await page.getByLabel('情况说明').fill(STORY);
  await press(page, '打开病历');
  await page.getByRole('alert').filter({ hasText: '没有找到这位患者' }).waitFor();
  await choose(page, '怎样找到患者', '身份证号');
  await page.getByRole('textbox', { name: '身份证号' }).fill(NUMBER);
  await look(page, 'glass-ask');
  await breakGlass(page);

  await banner(page)
    .locator('.clock')
    .filter({ hasText: /59:\d\d|1:00:00/ })
    .waitFor();
  await page.getByText('您正通过紧急访问查看这份病历').waitFor();
  assert.equal(await page.getByRole('button', { name: '修改' }).count(), 0);
  await look(page, 'glass-record');
  await page.goto('/board');
  await banner(page).waitFor();
  await look(page, 'glass-elsewhere');
  await banner(page).getByRole('link', { name: STRANGER }).click();
  await page.getByRole('heading', { name: STRANGER }).waitFor();
  await banner(page).getByRole('button', { name: '立即结束' }).click();
  const dialog = page.getByRole('dialog', { name: `结束对 ${STRANGER} 的紧急访问？` });
  await dialog.waitFor();
  await look(page, 'glass-end');
  await press(dialog, '立即结束');
  await page.getByRole('heading', { name: '紧急访问已结束' }).waitFor();
  await banner(page).waitFor({ state: 'detached' });
  await page.getByText(`对 ${STRANGER} 的紧急访问已于`).waitFor();
  await look(page, 'glass-over');
  assert.deepEqual(page.faults, []);
});

test('the record leaves the screen when the time is over, and the page says why', async () => {
  const page = await people.signIn('specialist');
  await page.clock.install();
  await page.goto('/worklist');
  await page.getByRole('link', { name: '紧急访问' }).first().click();
  await page.getByRole('textbox', { name: '身份证号' }).fill(NUMBER);
  await breakGlass(page, { minutes: '30 分钟' });
  await banner(page).waitFor();
  // Half an hour passes for the page; the server, whose clock nobody turns, would still answer.
  await page.route('**/api/v1/patients/**', (route) =>
    route.fulfill({
      status: 404,
      contentType: 'application/problem+json',
      body: JSON.stringify({ code: 'request.not-found', status: 404 }),
    }),
  );
  await page.route('**/api/v1/break-glass', (route) => route.fulfill({ json: { items: [], next: null } }));
  await page.clock.fastForward('30:02');
  await page.getByRole('heading', { name: '紧急访问已结束' }).waitFor();
  await banner(page).waitFor({ state: 'detached' });
  assert.equal(await page.getByText('1949').count(), 0);
});

test('the security administrator is told, ends and reviews it, and the doctor hears of it', async () => {
  const [doctor, security] = [await people.signIn('doctor'), await people.signIn('security')];
  await security.getByRole('heading', { name: '紧急访问审查' }).waitFor();
  await doctor.goto('/break-glass/new');
  await doctor.getByRole('textbox', { name: '身份证号' }).fill(NUMBER);
  await breakGlass(doctor);

  await security.goto('/notices');
  await security
    .getByRole('link', { name: /使用了紧急访问，请审查/ })
    .first()
    .waitFor();
  await look(security, 'notices-security');
  await security
    .getByRole('link', { name: /使用了紧急访问，请审查/ })
    .first()
    .click();
  await security.getByRole('heading', { name: /的紧急访问$/ }).waitFor();
  await security.getByText('王**').waitFor();
  await security.getByText('查看患者资料').first().waitFor();
  assert.equal(await security.getByText(STRANGER).count(), 0);
  await look(security, 'review-open');
  await press(security, '立即结束');
  await press(security.getByRole('dialog'), '立即结束');
  await security.getByText('已结束', { exact: true }).waitFor();
  await doctor.getByRole('heading', { name: '紧急访问已结束' }).waitFor();

  await press(security, '审查');
  const dialog = security.getByRole('dialog', { name: '审查' });
  await choose(security, '结论', '不合理');
  await press(dialog, '确认结论');
  await dialog.getByText('结论为不合理时，请写明原因').waitFor();
  await look(security, 'review-dialog');
  await choose(security, '结论', /^合理$/);
  await dialog.getByLabel('说明').fill('急诊记录相符');
  await press(dialog, '确认结论');
  await dialog.waitFor({ state: 'detached' });
  await security.getByText('急诊记录相符').waitFor();
  await look(security, 'review-done');
  await security.getByRole('link', { name: '紧急访问审查' }).first().click();
  await security.getByRole('heading', { name: '紧急访问审查' }).waitFor();
  await security.locator('.skeleton').first().waitFor({ state: 'detached' });
  await look(security, 'review-list');
  await press(security, '全部');
  await security
    .getByRole('link', { name: new RegExp(STORY) })
    .first()
    .waitFor();
  await security.getByText('合理', { exact: true }).first().waitFor();
  await look(security, 'review-all', { languages: ['zh-CN'] });

  await doctor.goto('/notices');
  await doctor.getByText('您的紧急访问已审查：合理').waitFor();
  await doctor.getByText('安全管理员结束了您的紧急访问').waitFor();
  await look(doctor, 'notices-reviewed');
  assert.deepEqual([...doctor.faults, ...security.faults], []);
});

test('number and phone are shown by an act of their own, and hidden again', async () => {
  const page = await people.signIn('township');
  await page.clock.install();
  await page.goto(`/patients/${stranger}`);
  await page.getByText(`****************${NUMBER.slice(-2)}`).waitFor();
  await press(page, '显示完整号码');
  await page.getByText(NUMBER).waitFor();
  await page.getByText('13900001234').waitFor();
  await page.getByText('已记入审计日志').waitFor();
  await look(page, 'patient-revealed');
  await page.clock.fastForward(61_000);
  await page.getByText(NUMBER).waitFor({ state: 'detached' });
  await page.getByText('每次显示都会记入审计日志').waitFor();
});

test('who looked at a record can be shown to its patient, refused attempts too', async () => {
  const page = await people.signIn('township');
  await page.goto(`/patients/${stranger}`);
  await page.getByRole('link', { name: /谁看过这份病历/ }).click();
  await page.getByRole('heading', { name: `谁看过 ${STRANGER} 的病历` }).waitFor();
  await page.getByText('显示完整证件号和电话').first().waitFor();
  await page.getByText('依据：紧急访问').first().waitFor();
  await page.getByText('试图查看患者资料，被拒绝').first().waitFor();
  await look(page, 'access-log');
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.getByRole('button', { name: '打印' }).count(), 0);
  await page.getByText('打印时间').waitFor();
  await page.emulateMedia({ media: 'screen' });
});

test('a record shows the consults and referrals of its patient beside the studies', async () => {
  const page = await people.signIn('village');
  await page.goto('/consults');
  await page.locator('.rows a').first().waitFor();
  const listed = await (await page.context().request.get('/api/v1/consults?box=all')).json();
  const row = listed.items.find((one) => one.state !== 'draft');
  await page.goto(`/patients/${row.patient.id}`);
  await page.getByRole('heading', { name: '会诊', exact: true }).waitFor();
  await look(page, 'patient-history');
  await page.getByRole('link', { name: new RegExp(row.number) }).click();
  await page.waitForURL(`**/consults/${row.id}`);
});

test('the auditor finds an entry, a refused one, sends the search on and exports it', async () => {
  const page = await people.signIn('auditor');
  await page.getByRole('heading', { name: '审计查询' }).waitFor();
  await page.locator('.audit-row').first().waitFor();
  await look(page, 'audit');
  await page.getByLabel('结果').selectOption('denied');
  const row = page.locator('.audit-row').filter({ hasText: '试图查看患者资料，被拒绝' }).first();
  await row.getByText('GET /api/v1/patients/{id}').waitFor();
  await row.getByText('与患者没有诊疗关系').waitFor();
  await look(page, 'audit-denied');
  await row.getByRole('button', { name: '详情' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('127.0.0.1').waitFor();
  await dialog.getByText('链上序号').waitFor();
  await look(page, 'audit-entry');
  await press(dialog, '此患者的全部记录');
  await page.locator('.audit-row').filter({ hasText: '显示完整证件号和电话' }).first().waitFor();
  assert.match(page.url(), new RegExp(`patient=${stranger}`));

  await press(page, '清除条件');
  await page.getByRole('searchbox', { name: '人员' }).fill('周文');
  await page.locator('.audit-found button').first().waitFor();
  await look(page, 'audit-person');
  const name = (await page.locator('.audit-found button').first().innerText()).split(/\s/)[0];
  await page.locator('.audit-found button').first().click();
  await page.locator('.audit-chosen').getByText(name).waitFor();
  await page.getByRole('button', { name: '不限人员' }).click();

  await page.goto('/audit?action=break_glass&period=today&outcome=done');
  await page.locator('.audit-row').filter({ hasText: '使用紧急访问' }).first().waitFor();
  assert.equal(await page.getByLabel('做了什么').inputValue(), 'break_glass');
  const waiting = page.waitForEvent('download');
  await press(page, '导出 CSV');
  const sheet = await readFile(await (await waiting).path(), 'utf8');
  assert.match(sheet, /^\uFEFF链上序号,时间（UTC）,当地时间,人员,/);
  assert.match(sheet, /break_glass\.opened/);

  await page.route('**/api/v1/audit/export**', (route) =>
    route.fulfill({
      status: 422,
      contentType: 'application/problem+json',
      body: JSON.stringify({ code: 'audit.export-too-large', status: 422, limit: 100_000 }),
    }),
  );
  await press(page, '导出 CSV');
  await page.getByRole('alert').filter({ hasText: '请缩小时间范围' }).waitFor();
  await look(page, 'audit-too-large');
  await page.goto('/audit?period=days&from=2001-01-01&until=2001-01-02');
  await page.getByText('没有符合条件的记录').waitFor();
  await look(page, 'audit-none');
  assert.deepEqual(page.faults, []);
});

test('every screen on the way is accessible and fits its window', everyScreenIsSound);
