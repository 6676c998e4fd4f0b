import { expect, it } from 'vitest';
import { bytesOf, isThereAlready, textOf } from './passkeys';

it('turns buffers into base64url without padding and back', () => {
  for (const bytes of [[], [255], [251, 239, 190], [0, 1, 2, 3, 254, 255]]) {
    const text = textOf(new Uint8Array(bytes).buffer);
    expect(text).not.toMatch(/[+/=]/);
    expect([...bytesOf(text)]).toEqual(bytes);
  }
  expect(textOf(new Uint8Array([251, 239, 190]).buffer)).toBe('----');
});

it('tells a device that has a passkey already from a person who turned away', () => {
  expect(isThereAlready(new DOMException('', 'InvalidStateError'))).toBe(true);
  expect(isThereAlready(new DOMException('', 'NotAllowedError'))).toBe(false);
  expect(isThereAlready(new Error('InvalidStateError'))).toBe(false);
});
