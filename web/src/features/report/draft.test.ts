import { describe, expect, it } from 'vitest';
import { arrival, emptyText, missing, open, type ReportText, same, textOf, withCode } from './draft';

const server: ReportText = { ...emptyText, findings: 'server' };
const typed: ReportText = { ...emptyText, findings: 'typed' };

describe('a report draft', () => {
  it('opens with what the server has when nothing is kept on the device', () => {
    expect(open(null, server)).toEqual({ text: server, saving: { is: 'clean' } });
  });

  it('opens with what was typed when the server has not moved since', () => {
    expect(open({ text: typed, over: server }, server)).toEqual({ text: typed, saving: { is: 'on_device' } });
  });

  it('loses nothing when both the device and the server have changed', () => {
    const opened = open({ text: typed, over: emptyText }, server);
    expect(opened.text).toEqual(typed);
    expect(opened.saving).toEqual({ is: 'conflict', theirs: server });
  });

  it('is clean when the server already has it', () => {
    expect(open({ text: server, over: emptyText }, server).saving).toEqual({ is: 'clean' });
  });

  it('is never sent over what someone else has written meanwhile', () => {
    expect(arrival({ typed, over: emptyText, sending: null }, server)).toBe('conflict');
    expect(arrival({ typed, over: server, sending: null }, server)).toBe('known');
  });

  it('takes what someone else has written when nothing was typed here', () => {
    expect(arrival({ typed: emptyText, over: emptyText, sending: null }, server)).toBe('adopt');
  });

  it('knows its own text when it comes back, however fast one types on', () => {
    const further = { ...typed, advice: 'more' };
    expect(arrival({ typed: further, over: emptyText, sending: typed }, typed)).toBe('own');
    expect(arrival({ typed, over: emptyText, sending: null }, typed)).toBe('own');
  });

  it('names every gap before a signature', () => {
    expect(missing(emptyText)).toEqual(['findings', 'diagnosis', 'advice', 'disposition']);
    const whole: ReportText = {
      findings: 'f',
      diagnosis: { ...emptyText.diagnosis, text: 'd' },
      advice: 'a',
      disposition: 'treat_here',
    };
    expect(missing(whole)).toEqual([]);
    expect(missing({ ...whole, advice: '  \n' })).toEqual(['advice']);
  });

  it('keeps code, system and version of a diagnosis together', () => {
    const coded = withCode({ ...emptyText.diagnosis, text: '肺炎' }, ' j18.9 ');
    expect(coded).toEqual({ code: 'J18.9', system: 'ICD-10', system_version: '2019', text: '肺炎' });
    expect(withCode(coded, '')).toEqual({ code: null, system: null, system_version: null, text: '肺炎' });
  });

  it('does not take an empty code for a change', () => {
    const blank = { ...emptyText, diagnosis: { ...emptyText.diagnosis, code: '' } };
    expect(same(emptyText, blank)).toBe(true);
    expect(same(textOf(null), emptyText)).toBe(true);
  });
});
