import { describe, expect, it } from 'vitest';
import { EventParser } from './parse';

const TEXT = ': hello\n\nid: 7\nevent: changed\ndata: {"kind":"leg"}\n\ndata: a\r\ndata: b\r\n\r\n';

describe('server-sent events', () => {
  it('come out the same however the bytes are cut', () => {
    const whole = new EventParser().push(TEXT);
    for (let cut = 1; cut < TEXT.length; cut++) {
      const parser = new EventParser();
      expect([...parser.push(TEXT.slice(0, cut)), ...parser.push(TEXT.slice(cut))], `cut at ${cut}`).toEqual(
        whole,
      );
    }
    expect(whole).toEqual([
      { id: '7', event: 'changed', data: '{"kind":"leg"}' },
      { id: '7', event: 'message', data: 'a\nb' },
    ]);
  });

  it('are not made by a keep-alive comment', () => {
    expect(new EventParser().push(': ping\n\n')).toEqual([]);
  });
});
