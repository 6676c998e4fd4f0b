// Who gets in, and what the page says to those who do not; two people at one record.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { choose, withCheckDigit } from './forms.mjs';
import { fillSignIn, PASSWORD, People } from './people.mjs';
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

test('a wrong password is said, and the account is kept in its field', async () => {
  const page = await people.arrive();
  await page.goto('/');
  await page.getByLabel('账号').waitFor();
  await look(page, 'sign-in');
  await fillSignIn(page, 'village', 'not-the-password');
  await page.getByRole('alert').filter({ hasText: '账号或密码不正确' }).waitFor();
  assert.equal(await page.getByLabel('账号').inputValue(), 'village');
  assert.equal(await page.getByLabel('密码').inputValue(), '');
  await look(page, 'sign-in-refused');
  await fillSignIn(page, 'village', PASSWORD);
  await page.getByRole('heading', { name: /您好/ }).waitFor();
  assert.deepEqual(page.faults, []);
});

test('an expired session is said, and what was typed is still there after signing in again', async () => {
  const page = await people.signIn('village');
  await page.goto('/patients/new');
  await page.getByLabel('姓名').fill('孙大海');
  await choose(page, '证件', '身份不明');
  await choose(page, '性别', '男');
  // The server forgets the session; the page finds out when it saves.
  const answer = await page.context().request.delete('/api/v1/session');
  assert.equal(answer.status(), 204);
  await page.getByRole('button', { name: '保存' }).click();
  const dialog = page.getByRole('dialog', { name: '请重新登录' });
  await dialog.waitFor();
  await look(page, 'session-expired');
  await dialog.getByLabel('密码').fill(PASSWORD);
  await dialog.getByRole('button', { name: '登录' }).click();
  await dialog.waitFor({ state: 'hidden' });
  assert.equal(await page.getByLabel('姓名').inputValue(), '孙大海');
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByRole('heading', { name: '孙大海' }).waitFor();
});

test('an identity number is checked while it is typed, and fills birth date and sex', async () => {
  const page = await people.signIn('village');
  await page.goto('/patients/new');
  await page.getByLabel('姓名').fill('马春花');
  const number = page.getByLabel('身份证号');
  await number.fill('13053419880315');
  await page.getByText('还差 4 位').waitFor();
  await number.fill('130534198803152420');
  await page.getByRole('alert').filter({ hasText: '校验码不符' }).waitFor();
  await look(page, 'patient-number-wrong');
  await number.fill('999999198803152427');
  await page.getByRole('alert').filter({ hasText: '地区代码' }).waitFor();
  await number.fill(withCheckDigit('13053419880315242'));
  await page.getByText('身份证号有效').waitFor();
  assert.equal(await page.getByLabel('出生日期').inputValue(), '1988-03-15');
  assert.ok(await page.getByRole('group', { name: '性别' }).getByLabel('女').isChecked());
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByRole('heading', { name: '马春花' }).waitFor();
  await look(page, 'patient');
  await page.goto('/patients/new');
  await page.getByLabel('姓名').fill('马春花');
  await page.getByLabel('身份证号').fill(withCheckDigit('13053419880315242'));
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByText('这位患者已经建档').waitFor();
  await page.getByRole('button', { name: '查看已有档案' }).click();
  await page.getByRole('heading', { name: '马春花' }).waitFor();
  await page.goto('/patients?q=mch');
  await page.getByRole('link', { name: /马春花/ }).waitFor();
  await look(page, 'patients');
});

test('two people who change one patient see the difference, and nothing typed is lost', async () => {
  const [first, second] = [await people.signIn('village'), await people.signIn('family')];
  for (const page of [first, second]) {
    await page.goto('/patients?q=李建国');
    await page.getByRole('link', { name: /李建国/ }).click();
    await page.getByRole('button', { name: '修改' }).click();
    await page.getByRole('dialog').waitFor();
  }
  await first.getByLabel('住址').fill('清河县柳林镇东沟村二组 9 号');
  await first.getByRole('button', { name: '保存' }).click();
  await first.getByRole('dialog').waitFor({ state: 'hidden' });
  await second.getByLabel('住址').fill('清河县柳林镇东沟村五组 1 号');
  await second.getByLabel('电话').fill('13800019999');
  await second.getByRole('button', { name: '保存' }).click();
  const conflict = second.getByRole('dialog', { name: '这份资料刚刚被别人修改过' });
  await conflict.waitFor();
  await conflict.getByText('东沟村二组 9 号').waitFor();
  await conflict.getByText('东沟村五组 1 号').waitFor();
  await look(second, 'patient-conflict');
  await conflict.getByText('东沟村五组 1 号').click();
  await conflict.getByRole('button', { name: '按选择保存' }).click();
  await conflict.waitFor({ state: 'hidden' });
  await second.getByText('清河县柳林镇东沟村五组 1 号').waitFor();
  // The other page follows by itself.
  await first.getByText('清河县柳林镇东沟村五组 1 号').waitFor();
});

test('a record of somebody else is not found, and so is a page that does not exist', async () => {
  const township = await people.signIn('township');
  const found = await township.context().request.get('/api/v1/patients?q=刘洋');
  const { items } = await found.json();
  assert.equal(items.length, 1);
  const page = await people.signIn('village');
  await page.goto(`/patients/${items[0].id}`);
  await page.getByRole('heading', { name: '没有找到这个页面或记录' }).waitFor();
  await look(page, 'patient-not-found');
  await page.goto('/nowhere/at/all');
  await page.getByRole('heading', { name: '没有找到这个页面或记录' }).waitFor();
  await look(page, 'page-not-found', { languages: ['zh-CN'] });
});

test('every screen on the way is accessible and fits its window', everyScreenIsSound);
