// Being in a room: entering by the page, and whether pictures really come, by the browser's own statistics.

import { framesDecoded } from './people.mjs';

/** From the room's page or the reading desk, past the look in the mirror, until the server has let one in. */
export async function join(page) {
  const open = page.getByTestId('call-open');
  const enter = page.getByTestId('call-join');
  await open.or(enter).first().waitFor();
  if (await open.isVisible()) await open.click();
  await enter.and(page.locator(':enabled')).click();
  await connected(page);
}

export function connected(page) {
  return page.locator('[data-testid="call"][data-connection="connected"]').waitFor();
}

/** Waits until ten more frames than now have been decoded. */
export async function decodes(page) {
  const before = await framesDecoded(page);
  const ends = Date.now() + 20_000;
  let now = before;
  while (now < before + 10) {
    if (Date.now() > ends) throw new Error(`frames decoded stay at ${now} (were ${before})`);
    await page.evaluate(() => new Promise((next) => requestAnimationFrame(() => setTimeout(next, 100))));
    now = await framesDecoded(page);
  }
}

/** Milliseconds from pressing "enter" until every other person's picture is shown. */
export async function timeToPictures(page, others) {
  const began = Date.now();
  await page.getByTestId('call-join').click();
  await page.waitForFunction((wanted) => {
    const videos = [...document.querySelectorAll('[data-testid="call-video"]')];
    return videos.length === wanted && videos.every((one) => one.videoWidth > 0 && one.currentTime > 0);
  }, others);
  return Date.now() - began;
}
