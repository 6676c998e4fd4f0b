// Looking at a screen as a whole: no accessibility fault by axe, nothing wider than the window, and pictures of it
// (both languages, desk and phone) in target/screenshots for people to judge. Faults are collected, and each test file
// ends with `everyScreenIsSound`: one bad color must not hide whether the journey arrives.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DESK, PHONE } from './people.mjs';
import { SCREENSHOTS } from './product.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SIZES = { desk: DESK, phone: PHONE };

const faults = [];
mkdirSync(SCREENSHOTS, { recursive: true });

export function everyScreenIsSound() {
  assert.deepEqual(faults, []);
}

/** The page must come back as it was: the size and the language of before are restored. */
export async function look(page, name, { sizes = ['desk', 'phone'], languages = ['zh-CN', 'en'] } = {}) {
  const before = page.viewportSize();
  for (const size of sizes) {
    await page.setViewportSize(SIZES[size]);
    for (const language of languages) {
      await speak(page, language);
      await settled(page);
      await page.screenshot({ path: join(SCREENSHOTS, `${name}-${SIZES[size].width}-${language}.png`) });
      const wide = await tooWide(page);
      if (wide.length > 0) faults.push(`${name}, ${SIZES[size].width} px, ${language}: wider than the window: ${wide}`);
      if (language === languages[0]) await accessible(page, `${name}, ${SIZES[size].width} px`);
    }
  }
  await speak(page, 'zh-CN');
  await page.setViewportSize(before);
}

/** The rule, the reason and the elements of each fault. */
async function accessible(page, name) {
  // Not as a script element: the page's content security policy would refuse it, and rightly.
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations.map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`,
    );
  });
  for (const violation of violations) faults.push(`${name}: ${violation}`);
}

async function speak(page, language) {
  if ((await page.locator('html').getAttribute('lang')) === language) return;
  const other = language === 'en' ? 'English' : '中文';
  // On a phone, and behind a dialog, the button is there but out of reach of the pointer.
  await page.getByRole('button', { name: other, includeHidden: true }).first().dispatchEvent('click');
  await page.locator(`html[lang="${language}"]`).waitFor();
}

/** Pictures loaded, transitions over, fonts there. */
async function settled(page) {
  await page.evaluate(async () => {
    await document.fonts.ready;
    const shown = [...document.images].filter((image) => image.checkVisibility() && image.loading !== 'lazy');
    await Promise.all(shown.map((image) => image.decode().catch(() => undefined)));
    const ends = document.getAnimations().filter((one) => one.effect?.getTiming().iterations !== Infinity);
    await Promise.all(ends.map((one) => one.finished.catch(() => undefined)));
    await new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next)));
  });
}

function tooWide(page) {
  return page.evaluate(() => {
    const room = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= room) return [];
    return [...document.querySelectorAll('body *')]
      .filter((one) => one.getBoundingClientRect().right > room + 1)
      .slice(0, 5)
      .map((one) => one.outerHTML.slice(0, 120));
  });
}
