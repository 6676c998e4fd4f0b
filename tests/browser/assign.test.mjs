// Images whose patient is not known, or is another than their number says: they are listed with the reason, held against
// a record, and given to a patient by a person.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { drop, filesOf, sendFromDevice } from './files.mjs';
import { press, withCheckDigit } from './forms.mjs';
import { People } from './people.mjs';
import { Product } from './product.mjs';
import { everyScreenIsSound, look } from './screens.mjs';

const QIAO = { name: 'Qiao^GuiLan=乔^桂兰', birthday: '19510620', sex: 'F' };
const DIFFERS = 'differs';

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

test('a study of an unknown patient appears, is assigned and shows under the patient', async () => {
  const page = await people.signIn('township');
  await page.locator('.sidebar').getByRole('link', { name: '待归属影像' }).click();
  await page.getByText('没有待归属的影像').waitFor();
  await look(page, 'assign-empty');

  // It comes from the health centre's device while the page is open.
  sendFromDevice(product, filesOf(QIAO).slice);
  await stray(page, '乔桂兰').getByText('没有患者登记过编号 T-1').waitFor();
  await page.locator('.sidebar .place-count').getByText('1 项待处理').waitFor();
  await pictured(page);
  await look(page, 'assign-list');

  await stray(page, '乔桂兰').click();
  await page.getByRole('heading', { name: '这是谁的检查？' }).waitFor();
  await pictured(page);
  await page.getByText('没有找到“乔桂兰”').waitFor();
  await look(page, 'assign-choose');
  await register(page, '13053419510620326');
  assert.deepEqual(await verdicts(page), { name: 'same', sex: 'same', birth_date: 'same' });
  await look(page, 'assign-same');

  // The line is away at the wrong moment: nothing is lost, and the same press again does it.
  await page.context().setOffline(true);
  await press(page, '归入 乔桂兰');
  await page.getByText('连接不上服务器，这一步没有完成').waitFor();
  await page.context().setOffline(false);
  await press(page, '归入 乔桂兰');
  await page.getByText('这项检查已归入 乔桂兰').first().waitFor();
  await page.locator('.sidebar .place-count').waitFor({ state: 'detached' });
  await look(page, 'assign-done');
  await page.getByRole('link', { name: '打开患者档案' }).click();
  await page.getByRole('heading', { name: '乔桂兰' }).waitFor();
  await page.locator('.study-card').getByText('胸部CT平扫').waitFor();
  assert.deepEqual(page.faults, []);
});

test('a study that contradicts its record shows both sides and is assigned after confirmation', async () => {
  const page = await people.signIn('township');
  // The number is known from the study before; the birth date was mistyped at the device.
  sendFromDevice(product, filesOf({ ...QIAO, birthday: '19510602' }).slice);
  await page.goto('/studies');
  await stray(page, '乔桂兰').getByText('发送时指向 乔桂兰，但影像里的出生日期与档案不一致').waitFor();
  await stray(page, '乔桂兰').click();
  assert.deepEqual(await verdicts(page), { name: 'same', sex: 'same', birth_date: DIFFERS });
  const birth = page.locator('[data-field="birth_date"]');
  await birth.getByText('1951年6月2日').waitFor();
  await birth.getByText('1951年6月20日').waitFor();
  await birth.getByText('不一致').waitFor();
  await look(page, 'assign-differs');
  await press(page, '归入 乔桂兰');
  await page.getByText('请先核对并勾选，或者换一位患者').waitFor();
  await page.getByLabel(/我已核对/).check();
  await press(page, '归入 乔桂兰');
  await page.getByText('这项检查已归入 乔桂兰').first().waitFor();
  await page.getByRole('link', { name: '打开患者档案' }).click();
  await page.locator('.study-card').nth(1).waitFor();
  assert.deepEqual(page.faults, []);
});

test('an assignment whose answer was lost is repeated without harm, and a study that is gone says so', async () => {
  const page = await people.signIn('township');
  const { slice, mistyped } = filesOf(QIAO);
  sendFromDevice(product, slice);
  sendFromDevice(product, mistyped);
  await page.goto('/studies');
  await stray(page, '乔桂兰').click();
  await page.getByLabel(/我已核对/).check();
  // Another browser of the house stands at the same study, and hears nothing of what the first one does.
  const other = await people.signIn('township');
  await other.route(/\/api\/v1\/events/, (route) => route.abort());
  await other.goto(new URL(page.url()).pathname);
  await other.getByLabel(/我已核对/).check();

  // The server does it and the study merges into the patient's; its answer never arrives.
  await page.route(/\/assign$/, async (route) => void (await route.fetch(), await route.abort()), { times: 1 });
  await press(page, '归入 乔桂兰');
  await page.getByText('连接不上服务器，这一步没有完成').waitFor();
  await press(other, '归入 乔桂兰');
  await other.getByRole('heading', { name: '这项影像已不在这里' }).waitFor();
  assert.equal(await other.getByRole('button', { name: '归入 乔桂兰' }).count(), 0);
  await look(other, 'assign-gone');
  await other.locator('.empty').getByRole('link', { name: '返回列表' }).click();
  await other.getByRole('heading', { name: '待归属影像', exact: true }).waitFor();

  await press(page, '归入 乔桂兰');
  await page.getByText('这项检查已归入 乔桂兰').first().waitFor();
  for (const one of [page, other]) assert.deepEqual(one.faults, []);
});

test('what an upload put aside leads there, and two people do not assign it twice', async () => {
  const page = await people.signIn('township');
  const other = filesOf({ name: 'Zhao^TieZhu=赵^铁柱', birthday: '19501111', sex: 'M' });
  await page.goto('/consults/new');
  await page.getByRole('button', { name: /乔桂兰/ }).click();
  await page.getByLabel('邀请单位').selectOption({ label: '邢州市第一医院' });
  await page.getByLabel('想请专家回答的问题').fill('心电图有无缺血？');
  await page.getByLabel('病情摘要').fill('活动后胸闷 2 天。');
  await press(page, '下一步');
  await drop(page.locator('.drop'), [other.ecg]);
  const opened = page.context().waitForEvent('page');
  await page.locator('.upload').getByRole('link', { name: '核对并归属（新窗口）' }).click();
  const first = await opened;
  await first.getByRole('heading', { name: '这是谁的检查？' }).waitFor();
  assert.deepEqual(await verdicts(first), { name: DIFFERS, sex: DIFFERS, birth_date: DIFFERS });
  await look(first, 'assign-other');

  // Another browser of the house hears nothing of what the first one does.
  const second = await people.signIn('township');
  await second.route(/\/api\/v1\/events/, (route) => route.abort());
  await second.goto(new URL(first.url()).pathname);
  await second.getByLabel(/我已核对/).check();

  await press(first, '换一位患者');
  await first.getByText('没有找到“赵铁柱”').waitFor();
  await register(first, '13053419501111331');
  await press(first, '归入 赵铁柱');
  await first.getByText('这项检查已归入 赵铁柱').first().waitFor();

  await press(second, '归入 乔桂兰');
  await second.getByText('这份检查已经归属另一位患者').waitFor();
  await second.getByText('这项检查已归入 赵铁柱').waitFor();
  await look(second, 'assign-taken');
  for (const one of [page, first, second]) assert.deepEqual(one.faults ?? [], []);
});

test('every screen on the way is accessible and fits its window', everyScreenIsSound);

function stray(page, name) {
  return page.locator('.stray').filter({ hasText: name });
}

function pictured(page) {
  return page.waitForFunction(() => document.querySelector('.stray-picture img')?.naturalWidth > 50);
}

/** Registers whom the images name; the name is there already. */
async function register(page, seventeen) {
  await press(page, '登记新患者');
  await page.getByLabel('身份证号').fill(withCheckDigit(seventeen));
  await page.getByText('身份证号有效').waitFor();
  await press(page, '保存');
}

/** What the comparison says of each field. */
async function verdicts(page) {
  await page.locator('.sides tbody tr').first().waitFor();
  const rows = page.locator('.sides tbody tr');
  return Object.fromEntries(await rows.evaluateAll((all) => all.map((row) => [row.dataset.field, row.dataset.verdict])));
}
