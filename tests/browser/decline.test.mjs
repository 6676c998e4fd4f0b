// A consult that is declined: the specialist says why by a code and in words, and whoever asked reads both and what to
// do now.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { filesOf } from './files.mjs';
import { choose, press } from './forms.mjs';
import { askForConsult } from './journeys.mjs';
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

test('a declined consult is told to the requester with the reason and what to do now', async () => {
  const village = await people.signIn('village');
  const specialist = await people.signIn('specialist');
  const files = filesOf({ name: 'Kong^LingYun=孔^令云', birthday: '19630907', sex: 'F' });
  const patient = { name: '孔令云', seventeen: '13053419630907326' };
  await askForConsult(village, patient, { files: [files.slice] });

  await specialist.getByTestId('worklist-row').filter({ hasText: '孔令云' }).getByTestId('worklist-open').click();
  await specialist.getByTestId('desk-decline').click();
  const dialog = specialist.getByRole('dialog', { name: '谢绝这个会诊？' });
  await specialist.getByTestId('decline-send').click();
  await dialog.getByText('请填写此项').waitFor();
  // Another reason must be said in words; a coded one may be.
  await choose(specialist, '谢绝原因', '其他原因');
  await dialog.getByText('请填写此项').waitFor();
  await choose(specialist, '谢绝原因', '资料不足');
  await dialog.getByLabel(/给申请医生的说明/).fill('只有一层图像，请补传完整的薄层序列。');
  await look(specialist, 'decline-dialog');
  await specialist.getByTestId('decline-send').click();
  await specialist.waitForURL(/\/worklist$/);

  // It arrives without reloading.
  const told = village.getByTestId('declined');
  await told.getByText('邢州市第一医院谢绝了这个会诊').waitFor();
  await told.getByText('原因：资料不足').waitFor();
  await told.getByText('只有一层图像，请补传完整的薄层序列。').waitFor();
  await told.getByText('按说明补齐资料后，重新发起会诊').waitFor();
  await village.locator('.timeline').getByText('谢绝会诊 · 资料不足').waitFor();
  await look(village, 'declined');

  // Asking again begins with what was written.
  await told.getByRole('link', { name: '修改后重新发起' }).click();
  await village.getByLabel('病情摘要').waitFor();
  assert.match(await village.getByLabel('病情摘要').inputValue(), /体检发现肺部占位/);
  assert.equal(
    await village.getByLabel('邀请单位').evaluate((select) => select.selectedOptions[0].textContent),
    '邢州市第一医院',
  );
  await press(village, '下一步');
  await village.getByRole('button', { name: '添加到会诊' }).click();
  await village.getByText('已添加到本次会诊的检查（1）').waitFor();
  for (const page of [village, specialist]) assert.deepEqual(page.faults, []);
});

test('every screen on the way is accessible and fits its window', everyScreenIsSound);
