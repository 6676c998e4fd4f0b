// The main job, as two people do it: a village doctor asks with a CT and an ECG, a specialist reads both, they talk,
// the opinion is signed and acknowledged.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { decodes, join } from './calls.mjs';
import { drop, filesOf } from './files.mjs';
import { choose, press, registerPatient } from './forms.mjs';
import { People } from './people.mjs';
import { shades } from './pixels.mjs';
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

test('a consult goes from the question to the acknowledged opinion', async () => {
  const village = await people.signIn('village');
  const specialist = await people.signIn('specialist');
  const second = await people.signIn('specialist2');
  const loaded = [];
  village.on('request', (request) => loaded.push(request.url()));
  const files = filesOf({ name: 'Li^XiaoMei=李^小梅', birthday: '19880315', sex: 'F' });

  // The village asks.
  await village.getByRole('link', { name: /^发起会诊/ }).click();
  await registerPatient(village, { name: '李小梅', seventeen: '13053419880315242' });
  await choose(village, '紧急程度', /^紧急/);
  await choose(village, '会诊类型', '影像会诊');
  await village.getByLabel('邀请单位').selectOption({ label: '邢州市第一医院' });
  await village.getByLabel('想请专家回答的问题').fill('右下肺阴影是否为肺炎？是否需要转诊？');
  await village.getByLabel('病情摘要').fill('咳嗽、发热 5 天，体温最高 38.9 ℃，右下肺可闻湿啰音。');
  await look(village, 'consult-case');
  await press(village, '下一步');
  await drop(village.locator('.drop'), [files.ct, files.ecg]);
  for (const name of ['chest-ct.zip', 'ecg.dcm']) {
    await village.locator('.upload').filter({ hasText: name }).getByText('已保存').waitFor();
  }
  await village.getByText('已完成 2 / 2 个文件').waitFor();
  await village.getByText('已添加到本次会诊的检查（2）').waitFor();
  await previews(village, 2);
  await look(village, 'consult-files');
  await press(village, '下一步');
  await choose(village, '患者知情同意', /^已取得书面同意/);
  await look(village, 'consult-review');
  await press(village, '提交会诊');
  await village.waitForURL(/\/consults\/[0-9a-f-]{36}$/);

  // It arrives without reloading; one of two specialists gets it.
  const row = (page) => page.getByTestId('worklist-row').filter({ hasText: '李小梅' });
  await row(specialist).waitFor();
  await row(second).waitFor();
  await look(specialist, 'worklist');
  // The second one's page hears nothing from here on, and still shows it as free.
  await second.route(/\/api\/v1\/consults\?/, (route) => route.abort());
  await row(specialist).getByTestId('worklist-claim').click();
  await specialist.getByTestId('desk').waitFor();
  await row(second).getByTestId('worklist-claim').click();
  await row(second).getByTestId('worklist-refused').getByText(/林静医生已于 .* 接手/).waitFor();
  await look(second, 'worklist-taken');
  await village.getByText('林静').first().waitFor();

  // Reading: pixels and traces are there, not blank.
  const canvas = specialist.getByTestId('viewer-canvas');
  await specialist.locator('[data-testid="viewer-canvas"][data-drawn="true"]').waitFor();
  assert.ok((await shades(canvas.locator('canvas').first())) > 20, 'the CT has shades of gray');
  assert.ok((await shades(specialist.getByTestId('ecg-canvas'))) > 3, 'the ECG has a trace');
  await specialist.getByTestId('viewer-patient').getByText('李').waitFor();
  await look(specialist, 'reading', { sizes: ['desk'] });

  // Talking.
  await village.getByRole('link', { name: '进入会诊室' }).click();
  await village.getByTestId('call-preview').waitFor();
  await look(village, 'room-preview');
  await join(village);
  await join(specialist);
  await decodes(village);
  await decodes(specialist);
  await look(village, 'room');
  await look(specialist, 'reading-call', { sizes: ['desk'] });
  await village.getByTestId('call-leave').click();
  await village.getByTestId('call-left').waitFor();
  await specialist.getByTestId('call-leave').click();
  await village.getByRole('link', { name: '返回会诊' }).click();

  // The opinion.
  await specialist.getByTestId('report-findings').fill('右肺下叶见片状高密度影，边缘模糊，余肺野清晰。');
  await specialist.getByTestId('report-diagnosis').fill('右下叶肺炎');
  await specialist.getByTestId('report-advice').fill('抗感染治疗 7 天后复查胸片；血氧低于 92% 时上转。');
  await choose(specialist, '去向', '就地治疗');
  await specialist.locator('[data-testid="report-saving"][data-saving="saved"]').waitFor();
  await specialist.getByTestId('report-sign').click();
  await look(specialist, 'report-sign', { sizes: ['desk'] });
  await specialist.getByTestId('report-sign-confirm').click();
  await specialist.getByTestId('report-signed').waitFor();
  await look(specialist, 'report-signed', { sizes: ['desk'] });

  await village.getByText('右下叶肺炎').waitFor();
  await look(village, 'consult-opinion');
  await choose(village, '是否采纳专家意见？', /^采纳/);
  await press(village, '确认收到意见');
  await village.locator('.page-head .status').getByText('已完成').waitFor();
  const timeline = village.locator('.timeline');
  await timeline.getByText('周文英 · 东沟村卫生室').first().waitFor();
  await timeline.getByText('林静 · 邢州市第一医院').first().waitFor();
  const times = await timeline.locator('time').evaluateAll((all) => all.map((one) => Date.parse(one.dateTime)));
  assert.ok(times.length >= 6 && times.every((time) => !Number.isNaN(time)));
  await look(village, 'consult-closed');

  // The village saw pictures made by the server, and never the viewer.
  assert.deepEqual(loaded.filter((url) => /\/assets\/(stack|viewer|engine)|\/dicom-web\//.test(url)), []);
  assert.ok(loaded.some((url) => url.endsWith('/preview')));
  for (const page of [village, specialist, second]) assert.deepEqual(page.faults, []);
});

test('every screen on the way is accessible and fits its window', everyScreenIsSound);

/** Pictures of this many studies, loaded and of some size. */
function previews(page, count) {
  return page.waitForFunction(
    (wanted) => [...document.querySelectorAll('.study-picture img')].filter((one) => one.naturalWidth > 50).length >= wanted,
    count,
  );
}
