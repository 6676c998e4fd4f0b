// What a scanner, a camera or a hand brings: the code of a slip, or words to look for among the expected. Pure.

export type Read = { kind: 'code'; code: string } | { kind: 'words'; words: string };

/** Number of the case, place of the leg in it, and the check of eight. */
const CODE = /^[A-Z]{1,4}\d{8}-\d{4,}-\d+-[0-9A-Z]{8}$/;

/**
 * A QR code holds an address that ends in `/r/<code>`, whatever host the slip was printed with. A scanner is a keyboard: with a
 * Chinese input method on, what it types comes in full width.
 */
export function read(text: string): Read {
  const plain = text.normalize('NFKC').trim();
  const behind = /\/r\/([^/?#]+)/i.exec(plain)?.[1] ?? plain;
  const code = behind
    .replace(/\s+/g, '')
    .replace(/[‐-―—]/g, '-')
    .toUpperCase();
  return CODE.test(code) ? { kind: 'code', code } : { kind: 'words', words: plain };
}
