// A referral is mailed to the transfer desk by a real mail server over TLS; the desk opens the link in the letter, signs in, and
// stands before the referral. Then: the to-do list, the settings of who is told how, webhooks, and what could not be sent.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, afterEach, before, test } from 'node:test';
import { choose, press } from './forms.mjs';
import { People, PHONE } from './people.mjs';
import { Product, ROOT } from './product.mjs';
import { everyScreenIsSound, look } from './screens.mjs';

const PYTHON = join(ROOT, 'target/test-venv/bin/python');

let box;
let server;
let receiver;
let told = 0;
let product;
let people;
before(async () => {
  box = mkdtempSync(join(tmpdir(), 'consult-mail-'));
  server = spawn(PYTHON, [join(ROOT, 'tests/interop/mail_server.py'), box], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(server.stdout), 'line');
  const { starttls } = JSON.parse(line);
  receiver = createServer((request, response) => {
    told += 1;
    request.resume();
    response.writeHead(204).end();
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const settings = {
    CONSULT__MAIL__URL: `smtp://notices%40county:p%40ss%2Fword@localhost:${starttls}`,
    CONSULT__MAIL__CA_FILE: join(box, 'ca.pem'),
    CONSULT__NOTICES__WEBHOOKS__ALLOW: '["127.0.0.1"]',
  };
  product = await Product.start({ studies: false, settings });
  people = await People.open(product);
});
afterEach((test) => people.leave(test));
after(async () => {
  await people?.close();
  await product?.stop();
  receiver?.close();
  if (server) {
    server.stdin.end();
    await once(server, 'exit');
  }
  rmSync(box, { recursive: true, force: true });
});

/** The text of a letter whose lines are base64. */
function textOf(file) {
  const [, ...body] = readFileSync(join(box, file), 'utf8').split(/\r?\n\r?\n/);
  return Buffer.from(body.join(''), 'base64').toString('utf8');
}

/** Waits for the letter about a referral. */
async function letterAbout(leg) {
  const isIt = (file) => {
    const head = readFileSync(join(box, file), 'utf8');
    return head.includes('To: desk@demo.invalid') && textOf(file).includes(leg);
  };
  for (let tries = 0; tries < 300; tries += 1) {
    const file = readdirSync(box).find((name) => name.endsWith('.eml') && isIt(name));
    if (file) return textOf(file);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the letter did not come');
}

test('the link in a letter leads the desk, once signed in, to the referral', async () => {
  const village = await people.signIn('village', { viewport: PHONE });
  await village.getByRole('link', { name: /^发起转诊/ }).click();
  await village.getByRole('button', { name: /张小东/ }).click();
  await choose(village, '紧急程度', /^紧急/);
  await village.getByLabel('接收医院').selectOption({ label: '清河县人民医院' });
  await village.getByLabel('科室').selectOption({ label: '心血管内科' });
  await choose(village, '转诊原因', '诊断不明或条件有限');
  await press(village, '下一步');
  await village.getByLabel('主诉').fill('胸闷、气短 3 天');
  await village.getByLabel('初步诊断').fill('心力衰竭待查');
  await press(village, '下一步');
  await choose(village, '知情同意', /^已取得书面同意/);
  await press(village, '提交转诊');
  await village.waitForURL(/\/referrals\/[0-9a-f-]{36}$/);
  const leg = new URL(village.url()).pathname;

  const letter = await letterAbout(leg);
  assert.ok(!letter.includes('张小东') && !letter.includes('胸闷'), letter);
  const link = letter.match(/http:\/\/localhost:\d+\/referrals\/[0-9a-f-]{36}/)[0];
  const desk = await people.arrive();
  await desk.goto(link);
  await desk.getByLabel('账号').fill('desk');
  await desk.getByLabel('密码', { exact: true }).fill('demo-only-2026');
  await press(desk, '登录');
  await desk.waitForURL(link);
  await desk.getByText('胸闷、气短 3 天').first().waitFor();

  await desk.goto('/todos');
  await desk.getByRole('link').filter({ hasText: '张小东' }).first().waitFor();
  await look(desk, 'todos-desk');
  await village.goto('/todos?show=started');
  await village.getByRole('link').filter({ hasText: '张小东' }).first().waitFor();
  await look(village, 'todos-village');
  await desk.goto('/notices');
  await press(desk, '全部标为已读');
  await desk.getByText('已全部标为已读').waitFor();
  await look(desk, 'notices');
});

test('a person says how they are told, and it is kept', async () => {
  const doctor = await people.signIn('doctor', { viewport: PHONE });
  await doctor.goto('/notices');
  await doctor.getByRole('link', { name: '提醒方式' }).click();
  await doctor.getByText('邮件发到 doctor@demo.invalid').waitFor();
  await doctor.getByLabel('对方的答复和进展 邮件').check();
  await doctor.getByLabel('在这段时间内不发邮件和短信').check();
  await doctor.getByLabel('到', { exact: true }).fill('06:30');
  await look(doctor, 'notice-preferences');
  await press(doctor, '保存');
  await doctor.getByText('已保存').waitFor();
  await doctor.reload();
  assert.equal(await doctor.getByLabel('到', { exact: true }).inputValue(), '06:30');
  assert.ok(await doctor.getByLabel('对方的答复和进展 邮件').isChecked());
});

test('the security administrator adds a webhook, keeps its secret, and tests it', async () => {
  const security = await people.signIn('security');
  await security.getByRole('link', { name: '对外通知' }).click();
  await security.getByText('还没有对外通知').waitFor();
  await look(security, 'webhooks-none');
  await press(security, '添加');
  const dialog = security.getByRole('dialog');
  await dialog.getByLabel('名称').fill('县急救中心');
  await dialog.getByLabel('地址').fill(`http://127.0.0.1:${receiver.address().port}/hook`);
  await dialog.getByLabel('全选').check();
  await look(security, 'webhook-add');
  await press(dialog, '保存');
  await security.getByText(/^whsec_/).waitFor();
  await look(security, 'webhook-secret');
  await press(security, '我已保存');
  await press(security, '发送测试');
  await security.getByText('已发送').waitFor();
  assert.equal(told, 1);
  await look(security, 'webhooks');
  await security.goto('/deliveries?show=sent');
  await security.getByText('县急救中心').first().waitFor();
  await look(security, 'deliveries');
});

test('every screen on the way is accessible and fits its window', everyScreenIsSound);
