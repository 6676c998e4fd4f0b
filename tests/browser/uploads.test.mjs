// Files that are wrong, and a line that breaks: each file is answered by itself, in words, and nothing sent is lost.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { drop, filesOf } from './files.mjs';
import { choose, press, registerPatient } from './forms.mjs';
import { Line } from './line.mjs';
import { People } from './people.mjs';
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

test('each file that is no image, broken or another patient’s is named with what happened to it', async () => {
  const page = await atAttachments({ name: '韩冬梅', seventeen: '13053419720618322' });
  const own = filesOf({ name: 'Han^DongMei=韩^冬梅', birthday: '19720618', sex: 'F' });
  const other = filesOf({ name: 'Zhao^TieZhu=赵^铁柱', birthday: '19501111', sex: 'M' });
  await drop(page.locator('.drop'), [own.letter, own.cut, own.slice, other.ecg]);
  await answered(page, 'letter.txt', '不是 DICOM 影像');
  await answered(page, 'slice-cut.dcm', '文件不完整');
  await answered(page, 'slice.dcm', '已保存');
  await answered(page, 'ecg.dcm', '已隔离，待核对');
  await answered(page, 'ecg.dcm', '与所选患者不一致');
  await page.getByText('已添加到本次会诊的检查（1）').waitFor();
  await look(page, 'uploads-refused');
  // What was refused is refused again, and goes away when one wants.
  await row(page, 'letter.txt').getByRole('button', { name: '重试' }).click();
  await answered(page, 'letter.txt', '不是 DICOM 影像');
  await row(page, 'letter.txt').getByRole('button', { name: /移除/ }).click();
  await row(page, 'letter.txt').waitFor({ state: 'hidden' });
  assert.deepEqual(page.faults, []);
});

test('an upload that is cut in the middle says so and goes on from there by itself', async () => {
  const line = await Line.to(product);
  const page = await atAttachments({ name: '曹永福', seventeen: '13053419660402331' }, line.address);
  const files = filesOf({ name: 'Cao^YongFu=曹^永福', birthday: '19660402', sex: 'M' });
  const offsets = [];
  page.on('request', (one) => one.method() === 'PATCH' && offsets.push(Number(one.headers()['upload-offset'])));
  const cut = line.cutAfter(200_000);
  await drop(page.locator('.drop'), [files.ct]);
  await cut;
  await page.getByText('已上传的部分不会丢失').waitFor();
  await page.getByText('网络已断开，显示的是截至').waitFor();
  await look(page, 'uploads-cut', { languages: ['zh-CN'] });
  line.mend();
  await answered(page, 'chest-ct.zip', '已保存');
  await page.getByText('已添加到本次会诊的检查（1）').waitFor();
  assert.ok(offsets.length >= 2 && offsets.at(-1) > 0, `sent from ${offsets}`);
  await page.getByText('网络已断开').waitFor({ state: 'hidden' });
  await line.close();
});

test('without a line, uploads wait and say so', async () => {
  const page = await atAttachments({ name: '雷大山', seventeen: '13053419770808431' });
  const files = filesOf({ name: 'Lei^DaShan=雷^大山', birthday: '19770808', sex: 'M' });
  await page.context().setOffline(true);
  await drop(page.locator('.drop'), [files.slice]);
  await page.getByText('网络已断开，已上传的部分不会丢失，恢复后自动继续。').waitFor();
  await page.context().setOffline(false);
  await answered(page, 'slice.dcm', '已保存');
});

test('an upload survives a server that is killed and comes back', async () => {
  const page = await atAttachments({ name: '田秀兰', seventeen: '13053419481209402' });
  const files = filesOf({ name: 'Tian^XiuLan=田^秀兰', birthday: '19481209', sex: 'F' });
  await drop(page.locator('.drop'), [files.slice]);
  await answered(page, 'slice.dcm', '已保存');
  await product.kill();
  await drop(page.locator('.drop'), [files.ecg]);
  await page.getByText('网络不稳定，正在自动重试').waitFor();
  await product.run();
  await answered(page, 'ecg.dcm', '已保存');
  await page.getByText('已添加到本次会诊的检查（2）').waitFor();
});

test('every screen on the way is accessible and fits its window', everyScreenIsSound);

/** Asks for a consult up to the step where files are added. */
async function atAttachments(patient, address) {
  const page = await people.signIn('village', { address });
  await page.goto('/consults/new');
  await registerPatient(page, patient);
  await choose(page, '会诊类型', '影像会诊');
  await page.getByLabel('邀请单位').selectOption({ label: '邢州市第一医院' });
  await page.getByLabel('想请专家回答的问题').fill('请看胸部 CT 有无占位。');
  await page.getByLabel('病情摘要').fill('体检发现肺部阴影。');
  await press(page, '下一步');
  await page.locator('.drop').waitFor();
  return page;
}

function row(page, file) {
  return page.locator('.upload').filter({ hasText: file });
}

function answered(page, file, words) {
  return row(page, file).getByText(words).waitFor();
}
