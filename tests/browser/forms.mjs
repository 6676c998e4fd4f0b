// What people do in the page's forms again and again, by the words they see.

/** One of a few visible answers: the label takes the press, its radio button is only drawn. */
export function choose(scope, legend, answer) {
  const group = scope.getByRole('group', { name: legend });
  // What a label holds is looked for within it, so it must not begin at the dialog.
  const page = 'page' in scope ? scope.page() : scope;
  return group.locator('label').filter({ has: page.getByRole('radio', { name: answer }) }).click();
}

/** Presses a button by its whole name. */
export function press(scope, name) {
  return scope.getByRole('button', { name, exact: true }).click();
}

/** Within a form that begins with a patient: registers a new one with a resident identity number. */
export async function registerPatient(page, { name, seventeen }) {
  await page.getByRole('button', { name: '登记新患者' }).first().click();
  await page.getByLabel('姓名', { exact: true }).fill(name);
  await page.getByLabel('身份证号').fill(withCheckDigit(seventeen));
  await page.getByText('身份证号有效').waitFor();
  await press(page, '保存');
}

/** GB 11643-1999: ISO 7064 mod 11-2. */
export function withCheckDigit(seventeen) {
  const sum = [...seventeen].reduce((total, digit, at) => total + Number(digit) * (2 ** (17 - at) % 11), 0);
  return seventeen + '10X98765432'[sum % 11];
}
