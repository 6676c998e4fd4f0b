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
