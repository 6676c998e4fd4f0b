// Signing in with more than a password, being locked out, and looking after one's own account.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { press } from './forms.mjs';
import { fillSignIn, PASSWORD, People } from './people.mjs';
import { Product } from './product.mjs';
import { everyScreenIsSound, look } from './screens.mjs';
import { totp } from './totp.mjs';

const BETTER = 'east ditch spring rain';

let product;
let people;
before(async () => {
  product = await Product.start({ studies: false, settings: { CONSULT__ACCESS__SECOND_FACTOR: 'admins' } });
  people = await People.open(product);
});
afterEach((test) => people.leave(test));
after(async () => {
  await people?.close();
  await product?.stop();
});

/** By the menu, as people go there. */
async function toAccount(page) {
  await page.locator('.who summary').click();
  await page.getByRole('link', { name: '账号与安全' }).click();
  await page.getByRole('heading', { name: '账号与安全' }).waitFor();
}

async function signOut(page) {
  await page.locator('.who summary').click();
  await page.getByRole('button', { name: '退出登录' }).click();
  await page.getByLabel('账号').waitFor();
}

/** Adds an authenticator; answers its key and the recovery codes, which are shown once. */
async function addAuthenticator(page, picture) {
  await press(page, '添加验证器');
  const dialog = page.getByRole('dialog', { name: '添加手机验证器' });
  await dialog.waitFor();
  assert.ok(await dialog.getByRole('img', { name: '验证器二维码' }).evaluate((image) => image.naturalWidth > 100));
  const secret = await dialog.locator('.account-secret').innerText();
  if (picture) await look(page, picture);
  await dialog.getByLabel('验证码').fill('000000');
  await press(dialog, '确认并启用');
  await dialog.getByRole('alert').filter({ hasText: '验证码不正确' }).waitFor();
  await dialog.getByLabel('验证码').fill(totp(secret));
  await press(dialog, '确认并启用');
  const kept = page.getByRole('dialog', { name: '请保存恢复码' });
  await kept.waitFor();
  const codes = await kept.getByRole('listitem').allInnerTexts();
  assert.equal(codes.length, 10);
  if (picture) await look(page, `${picture}-codes`);
  await press(kept, '我已保存');
  await kept.waitFor({ state: 'hidden' });
  return { secret, codes };
}

test('a doctor sets an authenticator up, and signs in with its code and with a recovery code', async () => {
  const page = await people.signIn('township');
  await toAccount(page);
  await look(page, 'account');
  const { secret, codes } = await addAuthenticator(page, 'account-totp');
  await page.getByText('剩余 10 个').waitFor();
  await look(page, 'account-with-totp');
  await signOut(page);

  await fillSignIn(page, 'township', PASSWORD);
  await page.getByLabel('验证码').waitFor();
  await look(page, 'sign-in-code');
  await page.getByLabel('验证码').fill('000000');
  await press(page, '验证并登录');
  await page.getByRole('alert').filter({ hasText: '验证码不正确或已用过' }).waitFor();
  // The code that set it up is used; the telephone's next one is let in half a minute early.
  await page.getByLabel('验证码').fill(totp(secret, Date.now() / 1000 + 30));
  await press(page, '验证并登录');
  await page.getByRole('heading', { name: /您好/ }).waitFor();
  await signOut(page);

  await fillSignIn(page, 'township', PASSWORD);
  await press(page, '使用恢复码');
  await look(page, 'sign-in-recovery', { languages: ['zh-CN'] });
  await page.getByLabel('恢复码').fill(codes[3].toUpperCase());
  await press(page, '验证并登录');
  await page.getByRole('heading', { name: /您好/ }).waitFor();
  await toAccount(page);
  await page.getByText('剩余 9 个').waitFor();
  assert.deepEqual(page.faults, []);
});

test('an administrator sees nothing but the second factor until there is one', async () => {
  const page = await people.arrive();
  await page.goto('/');
  await fillSignIn(page, 'security', PASSWORD);
  await page.getByRole('heading', { name: '请先启用二次验证' }).waitFor();
  assert.equal(await page.getByRole('navigation').count(), 0);
  await look(page, 'second-factor-owed');
  await page.goto('/notices');
  await page.getByRole('heading', { name: '请先启用二次验证' }).waitFor();
  await addAuthenticator(page);
  await page.getByRole('navigation').first().waitFor();
  assert.deepEqual(page.faults, []);
});

test('a passkey of this machine opens the account after the password, and can be taken away', async () => {
  const page = await people.signIn('family');
  const browser = await page.context().newCDPSession(page);
  await browser.send('WebAuthn.enable');
  const { authenticatorId } = await browser.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await toAccount(page);
  await press(page, '添加通行密钥');
  const dialog = page.getByRole('dialog', { name: '添加通行密钥' });
  await look(page, 'account-passkey');
  await dialog.getByLabel('名称').fill('诊室电脑');
  await press(dialog, '添加通行密钥');
  await press(page.getByRole('dialog', { name: '请保存恢复码' }), '我已保存');
  await page.getByText('诊室电脑').waitFor();
  const { credentials } = await browser.send('WebAuthn.getCredentials', { authenticatorId });
  assert.equal(credentials.length, 1);
  assert.equal(credentials[0].rpId, 'localhost');
  await signOut(page);

  await fillSignIn(page, 'family', PASSWORD);
  await page.getByRole('button', { name: '使用通行密钥' }).waitFor();
  await look(page, 'sign-in-passkey');
  // Somebody who is not the owner: the machine does not confirm them.
  await browser.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await press(page, '使用通行密钥');
  await page.getByText('没有完成通行密钥验证').waitFor();
  await browser.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
  await press(page, '使用通行密钥');
  await page.getByRole('heading', { name: /您好/ }).waitFor();

  await toAccount(page);
  await page.getByText(/最近使用/).first().waitFor();
  await page.getByRole('button', { name: '移除: 诊室电脑' }).click();
  await press(page.getByRole('dialog', { name: '移除这种验证方式？' }), '移除');
  await page.getByText('尚未启用').waitFor();
  await signOut(page);
  await fillSignIn(page, 'family', PASSWORD);
  await page.getByRole('heading', { name: /您好/ }).waitFor();
  assert.deepEqual(page.faults, []);
});

test('whoever guesses is locked out, and told for how long', async () => {
  const page = await people.arrive();
  await page.goto('/');
  for (let guess = 0; guess < 12; guess += 1) {
    const answer = await page.context().request.post('/api/v1/session', {
      data: { login: 'doctor', password: 'not-the-password' },
    });
    if (answer.status() !== 429) continue;
    const seconds = Number(answer.headers()['retry-after']);
    if (seconds > 6) break;
    await page.waitForTimeout(seconds * 1000);
  }
  await fillSignIn(page, 'doctor', PASSWORD);
  await page.getByRole('alert').filter({ hasText: /为保护账号已暂时锁定，请等待 \d+ 秒后再试/ }).waitFor();
  const button = page.getByRole('button', { name: /^请等待 \d+ 秒$/ });
  assert.ok(await button.isDisabled());
  await look(page, 'sign-in-locked');
  await page.getByRole('button', { name: '登录', exact: true }).waitFor();
  await fillSignIn(page, 'doctor', PASSWORD);
  await page.locator('.shell').waitFor();
});

test('I see where I am signed in, end the other device, and change my password', async () => {
  const [desk, phone] = [await people.signIn('village'), await people.signIn('village')];
  await toAccount(desk);
  const sessions = desk.locator('section', { has: desk.getByRole('heading', { name: '登录中的设备' }) });
  await sessions.getByText('本机').waitFor();
  await sessions.getByRole('button', { name: /^结束登录/ }).first().click();
  await sessions.getByRole('button', { name: /^结束登录/ }).first().waitFor({ state: 'detached' });
  await phone.reload();
  await phone.getByLabel('密码').waitFor();

  await desk.getByLabel('原密码').fill(PASSWORD);
  await desk.getByLabel('新密码', { exact: true }).fill('password123456');
  await desk.getByLabel('再次输入新密码').fill('password123456');
  await press(desk, '修改密码');
  await desk.getByRole('alert').filter({ hasText: '容易被猜到' }).waitFor();
  await look(desk, 'account-password-refused', { languages: ['zh-CN'] });
  await desk.getByLabel('新密码', { exact: true }).fill(BETTER);
  await desk.getByLabel('再次输入新密码').fill(BETTER);
  await press(desk, '修改密码');
  await desk.getByText('密码已修改').first().waitFor();
  await signOut(desk);
  await fillSignIn(desk, 'village', BETTER);
  await desk.getByRole('heading', { name: /您好/ }).waitFor();
  assert.deepEqual(desk.faults, []);
});

test('a password from the console opens nothing but its own change', async () => {
  const printed = await product.command('admin', 'reset-password', 'specialist');
  const password = printed.match(/one-time password of specialist: (\S+)/)?.[1];
  const page = await people.arrive();
  await page.goto('/');
  await fillSignIn(page, 'specialist', password);
  await page.getByRole('heading', { name: '请先修改密码' }).waitFor();
  await look(page, 'password-owed');
  await page.getByLabel('原密码').fill(password);
  await page.getByLabel('新密码', { exact: true }).fill(BETTER);
  await page.getByLabel('再次输入新密码').fill(BETTER);
  await press(page, '修改密码');
  await page.getByRole('navigation').first().waitFor();
  assert.deepEqual(page.faults, []);
});

test('every screen on the way is accessible and fits its window', everyScreenIsSound);
