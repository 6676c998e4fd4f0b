import { describe, expect, it } from 'vitest';
import { read } from './slip';

const code = { kind: 'code', code: 'ZZ20261128-0003-1-7KQ2M9XD' };

describe('what a scanner brings', () => {
  it('is the code, from an address of any host, in small letters or full width', () => {
    for (const text of [
      'http://localhost:8080/r/ZZ20261128-0003-1-7KQ2M9XD',
      'https://zhuanzhen.example.cn/r/zz20261128-0003-1-7kq2m9xd?x=1',
      ' zz20261128-0003-1-7kq2m9xd\n',
      'ＺＺ２０２６１１２８－０００３－１－７ＫＱ２Ｍ９ＸＤ',
      'ZZ20261128 - 0003 - 1 - 7KQ2M9XD',
      'ZZ20261128—0003—1—7KQ2M9XD',
    ]) {
      expect(read(text), text).toEqual(code);
    }
  });

  it('is words otherwise: a name, or a number without its check', () => {
    expect(read(' 王秀兰 ')).toEqual({ kind: 'words', words: '王秀兰' });
    expect(read('ZZ20261128-0003-1')).toEqual({ kind: 'words', words: 'ZZ20261128-0003-1' });
    expect(read('https://example.com/pay?id=1').kind).toBe('words');
  });
});
