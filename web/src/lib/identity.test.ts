import { describe, expect, it } from 'vitest';
import { checkIdentity, normalizeIdentity } from './identity';

const TODAY = '2026-11-23';
const check = (text: string) => checkIdentity(text, TODAY);

describe('a resident identity number (GB 11643)', () => {
  it('says birth date and sex when it is right', () => {
    expect(check('11010519491231002X')).toEqual({ kind: 'right', birthDate: '1949-12-31', sex: 'female' });
    expect(check('440524188001010014')).toEqual({ kind: 'right', birthDate: '1880-01-01', sex: 'male' });
  });

  it('is taken with a small or full-width x, spaces and full-width digits', () => {
    expect(normalizeIdentity('１１０１０５ 19491231 002ｘ')).toBe('11010519491231002X');
    expect(check('11010519491231002x').kind).toBe('right');
  });

  it('has a check digit that catches one wrong digit and two swapped ones', () => {
    expect(check('110105194912310021')).toEqual({ kind: 'wrong', fault: 'identity-checksum' });
    expect(check('11010519491231020X')).toEqual({ kind: 'wrong', fault: 'identity-checksum' });
  });

  it('is in the making while characters are missing', () => {
    expect(check('1101051949123100')).toEqual({ kind: 'typing', rest: 2 });
    expect(check('')).toEqual({ kind: 'empty' });
  });

  it('is refused as soon as region or birth date cannot be', () => {
    expect(check('99')).toEqual({ kind: 'wrong', fault: 'identity-region' });
    expect(check('11010517')).toEqual({ kind: 'wrong', fault: 'identity-birth-date' });
    expect(check('11010519490231')).toEqual({ kind: 'wrong', fault: 'identity-birth-date' });
    expect(check('11010520300101')).toEqual({ kind: 'wrong', fault: 'identity-birth-date' });
  });

  it('is refused when it is too long or has letters inside', () => {
    expect(check('11010519491231002X1')).toEqual({ kind: 'wrong', fault: 'identity-length' });
    expect(check('1101051949X')).toEqual({ kind: 'wrong', fault: 'identity-length' });
  });
});
