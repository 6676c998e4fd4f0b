// What is really on a canvas or in a video, read back from its pixels.

/** How many different brightnesses there are: 1 is a blank picture. */
export function shades(locator) {
  return locator.evaluate((element) => {
    const copy = document.createElement('canvas');
    copy.width = element.videoWidth || element.width;
    copy.height = element.videoHeight || element.height;
    const context = copy.getContext('2d');
    context.drawImage(element, 0, 0);
    const { data } = context.getImageData(0, 0, copy.width, copy.height);
    const seen = new Set();
    for (let at = 0; at < data.length; at += 4) seen.add(data[at] + data[at + 1] + data[at + 2]);
    return seen.size;
  });
}

/** A number that changes when the picture does. */
export function fingerprint(locator) {
  return locator.evaluate((element) => {
    const copy = document.createElement('canvas');
    copy.width = 64;
    copy.height = 64;
    const context = copy.getContext('2d');
    context.drawImage(element, 0, 0, 64, 64);
    return context.getImageData(0, 0, 64, 64).data.reduce((sum, value, at) => (sum * 31 + value * (at + 1)) % 1_000_000_007, 7);
  });
}

/** Waits for the frame in which the picture is another one; it is drawn after the page says which it shows. */
export async function becomesAnother(locator, before) {
  for (const late = Date.now() + 10_000; Date.now() < late; ) {
    if ((await fingerprint(locator)) !== before) return;
    await locator.evaluate(() => new Promise((drawn) => requestAnimationFrame(drawn)));
  }
  throw new Error('the picture stays the same');
}

/**
 * The left and right edge of the bright thing in the middle of a canvas, in CSS pixels of the page: where the
 * brightness along the middle row passes half way between inside and outside, between two pixels if need be.
 */
export function edges(locator) {
  return locator.evaluate((canvas) => {
    const copy = document.createElement('canvas');
    copy.width = canvas.width;
    copy.height = canvas.height;
    const context = copy.getContext('2d');
    context.drawImage(canvas, 0, 0);
    const middle = Math.round(copy.height / 2);
    const rows = 9;
    const { data } = context.getImageData(0, middle - 4, copy.width, rows);
    // Nine rows together have less noise than one.
    const row = Array.from({ length: copy.width }, (_, x) => {
      let sum = 0;
      for (let y = 0; y < rows; y += 1) sum += data[(y * copy.width + x) * 4];
      return sum / rows;
    });
    const center = Math.round(copy.width / 2);
    const mean = (from, to) => row.slice(from, to).reduce((a, b) => a + b) / (to - from);
    const inside = mean(center - 40, center + 40);
    const smooth = row.map((_, x) => mean(Math.max(0, x - 3), Math.min(row.length, x + 4)));
    const walk = (step) => {
      // Outside is what comes after the steepest fall.
      let at = center;
      while (smooth[at] > inside * 0.8 && at > 8 && at < row.length - 8) at += step;
      const outside = mean(Math.min(at + step * 12, at + step * 24), Math.max(at + step * 12, at + step * 24));
      const half = (inside + outside) / 2;
      let x = center;
      while (smooth[x] > half && x > 0 && x < row.length - 1) x += step;
      return x - step * ((half - smooth[x]) / (smooth[x - step] - smooth[x]));
    };
    const box = canvas.getBoundingClientRect();
    const css = (x) => box.left + ((x + 0.5) * box.width) / copy.width;
    return { left: css(walk(-1)), right: css(walk(1)), y: box.top + ((middle + 0.5) * box.height) / copy.height };
  });
}
