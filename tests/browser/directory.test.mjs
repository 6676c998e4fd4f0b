// The directory at the page: a colleague found by initials and called, a spreadsheet taken in, people who get their first
// password from a slip of paper, and somebody who leaves.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { press } from './forms.mjs';
import { fillSignIn, PHONE, People } from './people.mjs';
import { Product, SCREENSHOTS } from './product.mjs';
import { everyScreenIsSound, look } from './screens.mjs';

const PASSWORD = 'east ditch spring rain';
const PEOPLE = '工号,姓名,职称,工作电话,执业证书有效期至,机构编码,科室编码,岗位';
const GOOD = [
  'QH9001,周雨欣,主治医师,0319-5550901转8,2030-06-30,H001,D02,接诊医生',
  'QH9002,吴桐,住院医师,0319-5550902,2030-06-30,H001,D06,接诊医生',
];

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

test('a colleague is found by initials, with who stands in and how to reach them', async () => {
  const page = await people.signIn('village');
  await page.locator('.sidebar').getByRole('link', { name: '找同事' }).click();
  const box = page.getByLabel('姓名、拼音或首字母');
  await page.locator('.found').first().waitFor();
  assert.ok(await box.evaluate((one) => one === document.activeElement), 'ready for the keys');
  await box.pressSequentially('hzg');
  await only(page, '何志刚');
  const found = page.locator('.found');
  await found.getByText('清河县人民医院 · 心血管内科').waitFor();
  await found.getByText('总值班').waitFor();
  const call = found.getByRole('link', { name: '拨打 何志刚 的电话 0319-5550204' });
  assert.equal(await call.getAttribute('href'), 'tel:03195550204');
  await found.getByText('副班').waitFor();
  await look(page, 'people-found');

  // The arrows lead into the list and back.
  await box.press('ArrowDown');
  assert.ok(await found.evaluate((one) => one === document.activeElement));
  await page.keyboard.press('ArrowUp');
  assert.ok(await box.evaluate((one) => one === document.activeElement));

  await box.fill('');
  await page.getByLabel('只看现在值班的').check();
  await page.getByText('找到 5 位').waitFor();
  await page.getByLabel('科室').fill('yxyxk');
  await only(page, '林静');
  await look(page, 'people-on-duty');
  await box.fill('没有这个人');
  await page.getByText('没有找到“没有这个人”').waitFor();
  await look(page, 'people-none');
  await press(page, '清除筛选条件');
  await page.getByLabel('只看现在值班的').isChecked().then((on) => assert.equal(on, false));

  await page.route(/people\/search/, (route) => route.fulfill({ status: 503, json: { code: 'store.unavailable', status: 503 } }));
  await box.fill('zwy');
  await page.getByRole('alert').getByText('服务器暂时无法保存').waitFor();
  await look(page, 'people-failed', { languages: ['zh-CN'] });
  await page.unroute(/people\/search/);
  await press(page, '重试');
  await only(page, '周文英');
  assert.deepEqual(page.faults, []);
});

test('on a phone the last place of the bar opens what does not fit', async () => {
  const page = await people.signIn('township', { viewport: PHONE });
  const bar = page.locator('.bottombar');
  await bar.getByRole('button', { name: '更多' }).click();
  await bar.getByRole('link', { name: '待归属影像' }).waitFor();
  await look(page, 'more-places', { sizes: ['phone'] });
  await page.keyboard.press('Escape');
  await bar.getByRole('link', { name: '找同事' }).waitFor({ state: 'hidden' });
  await bar.getByRole('button', { name: '更多' }).click();
  await bar.getByRole('link', { name: '找同事' }).click();
  await page.getByRole('heading', { name: '找同事' }).waitFor();
  await bar.getByRole('link', { name: '找同事' }).waitFor({ state: 'hidden' });
  assert.deepEqual(page.faults, []);
});

test('a file with errors is read row by row and changes nothing, and mended it is taken in as a whole', async () => {
  const page = await people.signIn('admin');
  await page.getByRole('heading', { name: '管理工作台' }).waitFor();
  await look(page, 'admin-home');
  await page.locator('.tiles').getByRole('link', { name: /批量导入/ }).click();
  await page.getByRole('heading', { name: '批量导入' }).waitFor();
  await look(page, 'import-empty');

  const bad = ['QH9001,周雨欣,=1+1,电话,2030-6,H001,D02,接诊医生', 'QH9002,吴桐,,,,H999,D06,院士'];
  await give(page, [PEOPLE, ...bad]);
  await page.getByText('文件有 5 处错误，没有导入任何内容').waitFor();
  const findings = page.locator('.import-findings tbody tr');
  assert.equal(await findings.count(), 5);
  await findings.filter({ hasText: '第 3 行' }).filter({ hasText: '院士' }).getByText('不认识这个岗位').waitFor();
  assert.equal(await page.getByRole('button', { name: /^导入（/ }).count(), 0);
  await look(page, 'import-errors');

  // More than are listed: the counts go on.
  const many = Array.from({ length: 1_100 }, (_, at) => `BAD${at},某人,,,,H001,,院士`);
  await give(page, [PEOPLE, ...many]);
  await page.getByText('只列出前 1000 条，共 1100 条').waitFor();
  await look(page, 'import-many', { languages: ['zh-CN'] });

  await give(page, ['爱好,颜色', '下棋,红']);
  await page.getByText('从表头看不出这是哪一种表').waitFor();

  // Dropped, as from a folder beside the browser.
  await give(page, [PEOPLE, ...GOOD], { drop: true });
  await page.getByText('文件没有错误，可以导入').waitFor();
  await look(page, 'import-ready');
  await press(page, '导入（新增 2，更改 0）');
  await page.getByText('已全部导入').waitFor();
  await look(page, 'import-done');
  await give(page, [PEOPLE, ...GOOD]);
  await page.getByText('文件内容与现有内容一致').waitFor();
  assert.deepEqual(page.faults, []);
});

test('somebody new activates an account with a code from the sheet, and signs in', async () => {
  const admin = await people.signIn('admin');
  await admin.locator('.tiles').getByRole('link', { name: /激活码通知单/ }).click();
  await admin.getByRole('link', { name: /清河县人民医院/ }).click();
  await admin.getByText('2 人尚未启用账号').waitFor();
  await look(admin, 'slips-before');
  await press(admin, '生成激活码');
  await admin.getByText('激活码只显示这一次').waitFor();
  const slip = admin.locator('.slip').filter({ hasText: '周雨欣' });
  await look(admin, 'slips');
  const code = await slip.locator('.slip-code').innerText();
  const login = await slip.locator('.slip-typed').first().innerText();
  assert.equal(login, 'qh9001');
  assert.equal(await slip.locator('.slip-address').innerText(), `${product.address}/activate`);
  await admin.emulateMedia({ media: 'print' });
  assert.equal(await admin.getByRole('heading', { name: '激活码通知单' }).isVisible(), false);
  assert.equal(await slip.isVisible(), true);
  await admin.screenshot({ path: join(SCREENSHOTS, 'slips-printed.png') });
  await admin.emulateMedia({ media: null });
  await admin.locator('.sidebar').getByRole('link', { name: '导入' }).click();
  const leaving = admin.getByRole('dialog', { name: '通知单还没有打印' });
  await leaving.waitFor();
  await look(admin, 'slips-leave');
  await press(leaving, '取消');
  await leaving.waitFor({ state: 'hidden' });
  await press(admin, '打印');

  const page = await people.arrive({ viewport: PHONE });
  await page.goto('/');
  await page.getByRole('link', { name: '首次使用或重设密码？输入激活码' }).click();
  await page.getByRole('heading', { name: '启用账号' }).waitFor();
  await look(page, 'activate');
  await fill(page, { code: 'abcd-efgh-jkmn-pqrs', login, password: PASSWORD });
  await page.getByRole('alert').getByText('激活码不正确、已使用或已过期').waitFor();
  await fill(page, { code, login: 'village', password: PASSWORD });
  await page.getByRole('alert').getByText('这个账号已被使用').waitFor();
  await look(page, 'activate-refused');
  await fill(page, { code: code.toUpperCase().replaceAll('-', ' '), login, password: PASSWORD });
  await page.getByText(`已完成。请用账号 ${login} 和刚才设置的密码登录。`).waitFor();
  await look(page, 'activated');
  await page.getByLabel('密码').fill(PASSWORD);
  await press(page, '登录');
  await page.locator('.shell').waitFor();

  // The sheet knows, and asks before it ends the slip of the other one.
  await admin.goto(new URL(admin.url()).pathname);
  await admin.getByText('1 人尚未启用账号').waitFor();
  await admin.getByText('其中 1 人已有未使用的激活码').waitFor();
  await press(admin, '重新生成全部激活码');
  await admin.getByRole('dialog', { name: '重新生成全部激活码？' }).waitFor();
  await look(admin, 'slips-again');
  for (const one of [admin, page]) assert.deepEqual(one.faults, []);
});

test('the administrator keeps an organisation and its people, and a leaver is out at once', async () => {
  const admin = await people.signIn('admin');
  await admin.locator('.sidebar').getByRole('link', { name: '机构人员' }).click();
  await admin.getByRole('heading', { name: '机构与人员' }).waitFor();
  await admin.getByRole('link', { name: /东沟村卫生室/ }).waitFor();
  await look(admin, 'organisations');
  await admin.getByLabel('查找机构（名称或编码）').fill('h001');
  await admin.getByRole('link', { name: /清河县人民医院/ }).click();
  await admin.getByRole('heading', { name: '清河县人民医院' }).waitFor();
  await look(admin, 'organisation');

  await press(admin, '新建科室');
  const form = admin.getByRole('dialog', { name: '新建科室' });
  await form.getByLabel('科室名称').fill('康复医学科');
  await form.getByLabel('科室编码').fill('D01');
  await press(form, '保存');
  await form.getByText('这个编号已经被使用').waitFor();
  await look(admin, 'department-refused');
  await form.getByLabel('科室编码').fill('D08');
  await press(form, '保存');
  await admin.getByText('康复医学科').waitFor();

  const leaver = await people.arrive();
  await leaver.goto('/');
  await fillSignIn(leaver, 'qh9001', PASSWORD);
  await leaver.locator('.shell').waitFor();
  await admin.getByLabel('查找本机构人员（姓名、拼音或首字母）').fill('zyx');
  await admin.getByRole('link', { name: /周雨欣/ }).click();
  await admin.getByRole('heading', { name: /周雨欣/ }).waitFor();
  await admin.getByText('已启用账号').waitFor();
  await look(admin, 'person');
  await press(admin, '办理离职');
  const asked = admin.getByRole('dialog', { name: '为 周雨欣 办理离职？' });
  await asked.getByText('立即生效').waitFor();
  await look(admin, 'person-leaves');
  await press(asked, '办理离职');
  await admin.getByText('此人已离职，不能再登录').waitFor();
  await leaver.reload();
  await leaver.getByLabel('账号').waitFor();
  await fillSignIn(leaver, 'qh9001', PASSWORD);
  await leaver.getByRole('alert').getByText('账号或密码不正确').waitFor();
  for (const one of [admin, leaver]) assert.deepEqual(one.faults, []);
});

test('a duty is given to a colleague who takes it, and a manager plans around what stands', async () => {
  const [doctor, admin] = [await people.signIn('doctor'), await people.signIn('admin')];
  await doctor.locator('.sidebar').getByRole('link', { name: '值班' }).click();
  await doctor.getByRole('button', { name: /^显示全部/ }).click();
  const mine = doctor.locator('[data-duty]').filter({ hasText: '总值班' }).nth(2);
  await mine.waitFor();
  const when = await mine.locator('strong').innerText();
  await look(doctor, 'duties');
  await mine.getByRole('button', { name: /^换班/ }).click();
  const dialog = doctor.getByRole('dialog', { name: '把这一班换给谁？' });
  await dialog.getByText('请同事代班').click();
  await press(dialog, '提出换班');
  await dialog.getByText('请填写此项').waitFor();
  await dialog.getByLabel('由谁代班').selectOption({ label: '郭伟' });
  await look(doctor, 'duty-swap');
  await press(dialog, '提出换班');
  await doctor.getByText('您已向 郭伟 提出').waitFor();

  await admin.locator('.bell').click();
  await admin.getByText('同事想和您换班，请答复').click();
  await admin.getByText('何志刚 想把这一班换给您').waitFor();
  await admin.getByText('近期没有安排您值班').waitFor();
  await look(admin, 'duty-offered');
  await press(admin, '接受');
  await admin.locator('[data-duty]').getByText(when).waitFor();

  const manager = await people.signIn('manager');
  await manager.goto('/duties');
  // Two weeks ahead, where nothing has been swapped.
  await press(manager, '下一周');
  await press(manager, '下一周');
  await press(manager, '安排值班');
  const plan = manager.getByRole('dialog', { name: '安排值班' });
  await plan.getByLabel('科室').selectOption({ label: '急诊科' });
  await plan.getByLabel('值班人员').selectOption({ label: '何志刚 · 心血管内科' });
  await press(plan, '保存');
  await plan.getByText('这位人员在这个时段已有值班').waitFor();
  await look(manager, 'duty-refused');
  await plan.getByLabel('班次').selectOption({ label: '副班' });
  await press(plan, '保存');
  await plan.waitFor({ state: 'hidden' });
  const shift = manager.locator('.shift').filter({ hasText: '急诊科' }).first();
  await shift.getByText('何志刚').waitFor();
  await look(manager, 'duties-planned');
  await shift.getByRole('button', { name: /^取消/ }).click();
  const asked = manager.getByRole('dialog', { name: '取消这一班？' });
  await press(asked, '取消值班');
  await asked.waitFor({ state: 'hidden' });
  await shift.waitFor({ state: 'detached' });
  for (const one of [doctor, admin, manager]) assert.deepEqual(one.faults, []);
});

test('every screen on the way is accessible and fits its window', everyScreenIsSound);

/** Waits until one name is all that is found. */
async function only(page, name) {
  await page.waitForFunction((wanted) => {
    const names = [...document.querySelectorAll('.found .item-name')].map((one) => one.textContent);
    return names.length === 1 && names[0] === wanted;
  }, name);
}

/** Gives the page a spreadsheet of these lines: chosen, or dropped. */
async function give(page, lines, { drop = false } = {}) {
  const text = lines.join('\r\n');
  if (!drop) {
    const file = { name: '人员.csv', mimeType: 'text/csv', buffer: Buffer.from(text) };
    await page.locator('.import-drop input[type="file"]').setInputFiles(file);
    return;
  }
  const transfer = await page.evaluateHandle((content) => {
    const data = new DataTransfer();
    data.items.add(new File([content], '人员.csv', { type: 'text/csv' }));
    return data;
  }, text);
  await page.locator('.import-drop').dispatchEvent('drop', { dataTransfer: transfer });
}

async function fill(page, { code, login, password }) {
  await page.getByLabel('激活码').fill(code);
  await page.getByLabel('账号').fill(login);
  await page.getByLabel('设置密码').fill(password);
  await page.getByLabel('再次输入密码').fill(password);
  await press(page, '确定');
}
