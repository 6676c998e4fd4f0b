// Where a patient goes: an emergency sent from the home page with every tap and character counted, the beds of the desk, and the
// rules of the security administrator.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { choose, press } from './forms.mjs';
import { People, PHONE } from './people.mjs';
import { Product } from './product.mjs';
import { everyScreenIsSound, look } from './screens.mjs';

const MOST_INTERACTIONS = 12;
const MOST_CHARACTERS = 25;

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

/** A hand that counts: a tap or a choice is one interaction, typing into a field one and each of its characters. */
class Hand {
  interactions = 0;
  characters = 0;

  async tap(target) {
    this.interactions += 1;
    await target.click();
  }

  async type(target, text) {
    this.interactions += 1;
    this.characters += [...text].length;
    await target.click();
    await target.pressSequentially(text);
  }

  isWithinBounds(what) {
    console.log(`${what}: ${this.interactions} interactions, ${this.characters} characters`);
    assert.ok(this.interactions <= MOST_INTERACTIONS, `${what}: ${this.interactions} interactions`);
    assert.ok(this.characters <= MOST_CHARACTERS, `${what}: ${this.characters} characters`);
  }
}

/** What the page's own session asks of the server. */
function ask(page, method, path, body, version) {
  return page.evaluate(
    async ([method, path, body, version]) => {
      const headers = { 'content-type': 'application/json', ...(version ? { 'if-match': `"${version}"` } : {}) };
      const answer = await fetch(`/api/v1/${path}`, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
      return { status: answer.status, json: await answer.json() };
    },
    [method, path, body, version],
  );
}

const legOf = async (page) => (await ask(page, 'GET', `legs/${page.url().split('/').pop()}`)).json;
const status = (page, name) => page.locator('.page-head .status').getByText(name, { exact: true }).waitFor();

test('an emergency of a known patient is on its way within the bounds, and the desk has it at once', async () => {
  const village = await people.signIn('village', { viewport: PHONE });
  const desk = await people.signIn('desk');
  const hand = new Hand();
  await hand.tap(village.getByRole('link', { name: /^发起转诊/ }));
  await hand.type(village.getByLabel('查找患者'), 'zxd');
  await hand.tap(village.getByRole('button', { name: /张小东/ }));
  await hand.tap(village.getByRole('button', { name: '胸痛', exact: true }));
  const first = village.locator('.suggestion').first();
  await first.getByText('清河县人民医院').waitFor();
  await first.getByText('可急诊 PCI').waitFor();
  await first.getByText(/距 2\d(\.\d)? km/).waitFor();
  await first.getByText(/空床 3（\d 小时前）/).waitFor();
  await first.getByText(/值班 何志刚/).waitFor();
  await look(village, 'emergency-suggestions');
  await hand.tap(first);
  await hand.tap(village.getByRole('button', { name: '立即发送' }));
  await village.waitForURL(/\/referrals\/[0-9a-f-]{36}$/);
  await status(village, '待查看');
  hand.isWithinBounds('a known patient');

  const leg = await legOf(village);
  assert.deepEqual(
    [leg.urgency, leg.to.name, leg.to_department.name, leg.form.complaint, leg.consent.kind],
    ['emergency', '清河县人民医院', '心血管内科', '胸痛', 'emergency_pending'],
  );
  assert.ok(leg.missing.includes('diagnosis') && leg.missing.includes('consent'), 'the papers follow');
  const hours = (Date.parse(leg.record_due_at) - Date.parse(leg.submitted_at)) / 3_600_000;
  assert.equal(Math.round(hours), 6);
  await desk.getByRole('row').filter({ hasText: '张小东' }).filter({ hasText: '胸痛' }).first().waitFor();
  assert.deepEqual([...village.faults, ...desk.faults], []);
});

test('an emergency of somebody nobody can name is sent within the bounds and marked', async () => {
  const village = await people.signIn('village', { viewport: PHONE });
  const hand = new Hand();
  await hand.tap(village.getByRole('link', { name: /^发起转诊/ }));
  await hand.tap(village.getByRole('button', { name: '身份不明（急诊）' }));
  await look(village, 'emergency-unidentified');
  await hand.tap(village.getByRole('button', { name: '男', exact: true }));
  await hand.tap(village.getByRole('button', { name: '创伤', exact: true }));
  await hand.tap(village.locator('.suggestion').first());
  await hand.tap(village.getByRole('button', { name: '立即发送' }));
  await village.waitForURL(/\/referrals\/[0-9a-f-]{36}$/);
  await status(village, '待查看');
  hand.isWithinBounds('an unidentified patient');
  const leg = await legOf(village);
  assert.match(leg.patient.name, /^无名氏/);
  const patient = (await ask(village, 'GET', `patients/${leg.patient.id}`)).json;
  assert.equal(patient.identity.kind, 'unidentified');
  assert.equal(leg.form.reason, 'critical');
});

test('criteria are shown while the form is filled in, hold nothing back, and are recorded', async () => {
  const village = await people.signIn('village');
  await village.goto('/referrals/new');
  await village.getByRole('button', { name: /张小东/ }).first().click();
  await press(village, '卒中');
  await village.locator('.suggestion').first().click();
  await press(village, '下一步');
  await village.getByText('按目前填写的内容，暂无符合的指征。').waitFor();
  await village.getByLabel('发病至今').fill('2');
  await choose(village, /^疑似卒中/, '是');
  await village.getByLabel('GCS').fill('11');
  const criteria = village.locator('.criteria');
  await criteria.getByText('疑似卒中，发病 < 4.5 小时').waitFor();
  await criteria.getByText('意识障碍：GCS ≤ 12').waitFor();
  await look(village, 'criteria');
  await press(village, '立即发送');
  await village.waitForURL(/\/referrals\/[0-9a-f-]{36}$/);
  const leg = await legOf(village);
  assert.deepEqual(leg.criteria, { version: 1, met: ['gcs', 'stroke'] });
  await village.getByText('（指征第 1 版）').waitFor();
});

test('the desk keeps the beds: edits in place, sees what is held, releases, imports a file', async () => {
  const village = await people.signIn('village');
  const desk = await people.signIn('desk');
  const doctor = await people.signIn('doctor');
  const patients = (await ask(village, 'GET', 'patients?q=zxd')).json.items;
  const places = (await ask(village, 'GET', 'organisations')).json.items;
  const county = places.find((one) => one.name === '清河县人民医院');
  const heart = county.departments.find((one) => one.name === '心血管内科');
  const id = await village.evaluate(() => {
    const hex = [...crypto.getRandomValues(new Uint8Array(10))].map((b) => b.toString(16).padStart(2, '0')).join('');
    const time = Date.now().toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${hex.slice(0, 3)}-8${hex.slice(3, 6)}-${hex.slice(6, 18)}`;
  });
  const diagnosis = { code: null, system: null, system_version: null, text: '心绞痛' };
  const form = { reason: 'critical', complaint: '胸闷', vitals: {}, diagnosis };
  const to = { to_organisation_id: county.id, to_department_id: heart.id };
  const consent = { kind: 'written' };
  const draft = { id, patient_id: patients[0].id, direction: 'up', urgency: 'urgent', form, consent, ...to };
  let leg = (await ask(village, 'POST', 'legs', draft)).json;
  leg = (await ask(village, 'POST', `legs/${id}/submit`, {}, leg.version)).json;
  leg = (await ask(desk, 'POST', `legs/${id}/open`, {}, leg.version)).json;
  const me = (await ask(doctor, 'GET', 'session')).json;
  const soon = new Date(Date.now() + 2 * 3_600_000).toISOString();
  leg = (await ask(desk, 'POST', `legs/${id}/accept`, { owner_id: me.person.id, expected_at: soon }, leg.version)).json;
  const held = { kind: 'bed', resource: '12 床', hold_until: soon };
  assert.equal((await ask(desk, 'POST', `legs/${id}/reserve`, held, leg.version)).status, 200);

  await desk.getByRole('link', { name: '床位', exact: true }).click();
  const row = desk.getByRole('row').filter({ has: desk.getByRole('rowheader', { name: '心血管内科' }) });
  await row.getByText('系统推送').waitFor();
  const hold = desk.locator('.beds-hold').filter({ hasText: '12 床' });
  await hold.getByText('张小东').waitFor();
  await look(desk, 'beds');
  await row.getByRole('button', { name: /^修改/ }).click();
  const editing = desk.getByRole('form', { name: '修改床位：心血管内科' });
  await editing.getByLabel('占用床位').fill('-3');
  await press(editing, '保存');
  await editing.getByText('请填写整数').waitFor();
  await editing.getByLabel('占用床位').fill('41');
  await press(editing, '保存');
  await editing.getByText('占用与空床之和超过开放床位数').waitFor();
  // Somebody else is faster: what was typed stays, and the page says so.
  const board = (await ask(doctor, 'GET', 'beds')).json;
  const other = board.departments.find((one) => one.department.id === heart.id);
  assert.equal((await ask(doctor, 'PATCH', `beds/${heart.id}`, { open: 40, occupied: 36 }, other.version)).status, 200);
  await editing.getByLabel('占用床位').fill('38');
  await press(editing, '保存');
  await editing.getByRole('alert').first().waitFor();
  await editing.getByText('开放 40 · 占用 36 · 空床 4').waitFor();
  await look(desk, 'beds-edit');
  await press(editing, '保存');
  await editing.waitFor({ state: 'hidden' });
  await row.getByText('人工填报').waitFor();
  assert.equal(await row.locator('.beds-available strong').innerText(), '1', 'two free, one of them held');
  await hold.getByRole('button', { name: /^解除保留/ }).click();
  await hold.waitFor({ state: 'hidden' });
  await row.locator('.beds-available').getByText('2', { exact: true }).waitFor();
  await row.getByRole('button', { name: /^记录/ }).click();
  await desk.getByRole('dialog').getByText('开放 40 · 占用 38 · 空床 2').waitFor();
  await look(desk, 'beds-history', { sizes: ['desk'] });
  await press(desk.getByRole('dialog'), '关闭');

  await press(desk, '导入文件');
  const dialog = desk.getByRole('dialog');
  const file = (text) => ({ name: 'beds.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await dialog.locator('input[type=file]').setInputFiles(file('科室,开放床位,占用床位\n骨科,10,1\nD05,30,26\n'));
  await dialog.getByText('本机构没有这个科室').waitFor();
  await look(desk, 'beds-import');
  await dialog.locator('input[type=file]').setInputFiles(file('科室,开放床位,占用床位\n妇产科,30,26\n'));
  await press(dialog, '导入 1 个科室');
  await dialog.waitFor({ state: 'hidden' });
  await desk.getByRole('row').filter({ hasText: '妇产科' }).getByText('文件导入').waitFor();
  for (const page of [village, desk, doctor]) assert.deepEqual(page.faults, []);
});

test('the security administrator changes a deadline, sees what changes first, and puts a version back', async () => {
  const security = await people.signIn('security');
  await security.getByRole('link', { name: '规则设置' }).click();
  const field = security.getByLabel('查看 紧急');
  await field.waitFor();
  await security.getByText('修改后的时限只对之后开始的事项生效').first().waitFor();
  await look(security, 'settings');
  await field.fill('0');
  await security.getByText('应为 1 至 43200 分钟（30 天）').waitFor();
  assert.ok(await security.getByRole('button', { name: '查看修改并保存' }).isDisabled());
  await field.fill('20');
  await security.getByLabel('作出决定 超时后').selectOption({ label: '直接报管理者' });
  await security.getByRole('checkbox', { name: '创伤 ISS ≥ 16' }).uncheck();
  const gcs = security.locator('.settings-criterion').filter({ hasText: '意识障碍' });
  await gcs.getByRole('textbox').fill('10');
  await gcs.getByText('意识障碍：GCS ≤ 10').waitFor();
  await press(security, '查看修改并保存');
  const dialog = security.getByRole('dialog');
  await dialog.getByText('时限 · 查看 · 紧急').waitFor();
  await dialog.getByText('20 分钟').waitFor();
  await look(security, 'settings-preview');
  await press(dialog, '保存');
  await dialog.waitFor({ state: 'hidden' });
  await security.getByText('当前为第 1 版').waitFor();
  const version = security.locator('.settings-version').filter({ hasText: '第 1 版' });
  await version.getByText('直接报管理者').waitFor();
  await look(security, 'settings-versions', { sizes: ['desk'] });
  await security.getByRole('button', { name: '恢复 第 0 版' }).click();
  await press(security.getByRole('dialog'), '恢复');
  await security.getByText('当前为第 2 版').waitFor();
  assert.equal(await security.getByLabel('查看 紧急').inputValue(), '10');
  await security.getByText('恢复自第 0 版').waitFor();
  assert.deepEqual(security.faults, []);
});

test('the administrator says what a place can do and where it is', async () => {
  const admin = await people.signIn('admin');
  await admin.goto('/directory');
  await admin.getByRole('link', { name: '柳林镇卫生院' }).first().click();
  const card = admin.locator('section').filter({ has: admin.getByRole('heading', { name: '服务能力与位置' }) });
  await card.getByText('康复').waitFor();
  await press(card, '登记能力');
  const dialog = admin.getByRole('dialog');
  await dialog.getByLabel('服务能力').selectOption({ label: 'CT' });
  await press(dialog, '保存');
  await card.getByText('CT', { exact: true }).waitFor();
  await press(card, '设置坐标');
  await admin.getByRole('dialog').getByLabel('纬度').fill('123');
  await press(admin.getByRole('dialog'), '保存');
  await admin.getByRole('dialog').getByText('经纬度不正确').waitFor();
  await admin.getByRole('dialog').getByLabel('纬度').fill('37.16');
  await press(admin.getByRole('dialog'), '保存');
  await card.getByText('坐标 37.16').waitFor();
  await look(admin, 'facilities');
  await card.getByRole('button', { name: '停止 CT' }).click();
  await press(admin.getByRole('dialog'), '停止');
  await card.getByText('CT', { exact: true }).waitFor({ state: 'hidden' });
  assert.deepEqual(admin.faults, []);
});

test('every screen on the way is accessible and fits its window', everyScreenIsSound);
