// Doors beside the password: the identity provider, and tokens for programs.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { press } from './forms.mjs';
import { People } from './people.mjs';
import { Product } from './product.mjs';
import { Provider, walk } from './provider.mjs';
import { everyScreenIsSound, look } from './screens.mjs';
import { totp } from './totp.mjs';

let provider;
let product;
let people;
before(async () => {
  provider = await Provider.start();
  product = await Product.start({ studies: false, settings: provider.settings });
  people = await People.open(product);
});
afterEach((test) => people.leave(test));
after(async () => {
  await people?.close();
  await product?.stop();
  await provider?.stop();
});

test('a doctor signs in at the identity provider and lands where they wanted to go', async () => {
  const page = await people.arrive();
  await page.goto('/account');
  await page.getByRole('link', { name: '县卫健委统一认证' }).waitFor();
  await look(page, 'sign-in-oidc');
  await walk(page, 'village');
  await page.getByRole('heading', { name: '账号与安全' }).waitFor();
  assert.deepEqual(page.faults, []);
});

test('whoever has no account here reads why, and can still use a password', async () => {
  const page = await people.arrive();
  await page.goto('/sign-in');
  await walk(page, 'nobody');
  await page.getByRole('alert').filter({ hasText: '在本系统没有可用的账号' }).waitFor();
  await page.getByLabel('账号').waitFor();
  await look(page, 'sign-in-oidc-refused');
});

test('our own second factor is asked for after the provider', async () => {
  // The first time links the account; whoever has just proved themselves to the provider may add a factor of ours.
  const page = await people.arrive();
  await page.goto('/account');
  await walk(page, 'desk');
  await page.getByRole('heading', { name: '账号与安全' }).waitFor();
  const begun = await (await page.request.post('/api/v1/session/factors/totp', { data: {} })).json();
  const data = { id: begun.id, code: totp(begun.secret) };
  assert.equal((await page.request.post('/api/v1/session/factors/totp/confirm', { data })).status(), 200);
  const later = await people.arrive();
  await later.goto('/account');
  await walk(later, 'desk');
  await later.getByLabel('验证码').waitFor();
  await later.getByLabel('验证码').fill(totp(begun.secret, Date.now() / 1000 + 30));
  await press(later, '验证并登录');
  await later.getByRole('heading', { name: '账号与安全' }).waitFor();
});

test('a doctor makes a token for a program, which works until it is ended', async () => {
  const page = await people.signIn('village');
  await page.goto('/account');
  await press(page, '新建令牌');
  const dialog = page.getByRole('dialog', { name: '新建令牌' });
  await press(dialog, '新建令牌');
  await dialog.getByText('请至少选择一项').waitFor();
  await look(page, 'account-token');
  await dialog.getByLabel('用途').fill('影像上传');
  await dialog.getByLabel('查看患者').check();
  await press(dialog, '新建令牌');
  const made = page.getByRole('dialog', { name: '请保存令牌' });
  const token = await made.locator('.account-token').innerText();
  await look(page, 'account-token-made');
  await press(made, '我已保存');
  const ask = async (path) => {
    const answer = await fetch(`${product.address}/api/v1/${path}`, { headers: { authorization: `Bearer ${token}` } });
    return answer.status;
  };
  assert.deepEqual([await ask('patients'), await ask('consults')], [200, 403]);
  await page.reload();
  await page.getByText('影像上传').waitFor();
  await look(page, 'account-tokens');
  await page.getByRole('button', { name: '停用: 影像上传' }).click();
  await press(page.getByRole('dialog', { name: '停用这个令牌？' }), '停用');
  await page.getByText('令牌已停用').waitFor();
  assert.equal(await ask('patients'), 401);
});

test('every screen on the way is sound', everyScreenIsSound);
