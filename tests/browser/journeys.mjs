// Ways through the page that several tests begin with.

import { drop } from './files.mjs';
import { choose, press, registerPatient } from './forms.mjs';

/** Asks the city hospital by the form, with `files` dropped or the patient's own studies attached; answers its path. */
export async function askForConsult(page, patient, { files = [], attach = 0 } = {}) {
  await page.goto('/consults/new');
  if (patient.seventeen) await registerPatient(page, patient);
  else await page.getByRole('button', { name: new RegExp(patient.name) }).click();
  await choose(page, '紧急程度', /^紧急/);
  await choose(page, '会诊类型', '影像会诊');
  await page.getByLabel('邀请单位').selectOption({ label: '邢州市第一医院' });
  await page.getByLabel('想请专家回答的问题').fill('胸部 CT 所见结节性质？是否需要上转进一步检查？');
  await page.getByLabel('病情摘要').fill('体检发现肺部占位 1 周，无咳嗽、咯血，吸烟 30 年。');
  await press(page, '下一步');
  await page.locator('.drop').waitFor();
  if (files.length > 0) {
    await drop(page.locator('.drop'), files);
    await page.getByText(`已完成 ${files.length} / ${files.length} 个文件`).waitFor();
  }
  for (let count = 1; count <= attach; count += 1) {
    await page.getByRole('button', { name: '添加到会诊' }).first().click();
    await page.getByText(`已添加到本次会诊的检查（${count}）`).waitFor();
  }
  await press(page, '下一步');
  await choose(page, '患者知情同意', /^已取得书面同意/);
  await press(page, '提交会诊');
  await page.waitForURL(/\/consults\/[0-9a-f-]{36}$/);
  return new URL(page.url()).pathname;
}
