import { describe, expect, it } from 'vitest';
import { keyOf } from './keys';

function press(key: string, on: HTMLElement = document.body, init: KeyboardEventInit = {}): string | null {
  let seen: string | null = 'nothing';
  on.addEventListener(
    'keydown',
    (event) => {
      seen = keyOf(event);
    },
    { once: true },
  );
  on.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, ...init }));
  return seen;
}

describe('single-letter keys', () => {
  it('work on the page, whatever the case', () => {
    expect(press('j')).toBe('j');
    expect(press('J')).toBe('j');
    expect(press('Enter')).toBe('Enter');
  });

  it('are inert in inputs and dialogs', () => {
    for (const html of [
      '<input>',
      '<textarea></textarea>',
      '<select></select>',
      '<div role="dialog"><p></p></div>',
    ]) {
      const holder = document.createElement('div');
      holder.innerHTML = html;
      document.body.append(holder);
      const target = holder.querySelector<HTMLElement>('p, input, textarea, select');
      expect(press('a', target ?? undefined), html).toBeNull();
    }
  });

  it('are inert with a modifier and while an input method composes', () => {
    expect(press('a', document.body, { ctrlKey: true })).toBeNull();
    expect(press('a', document.body, { isComposing: true })).toBeNull();
  });

  it('leave Enter on a button to the button', () => {
    const button = document.createElement('button');
    document.body.append(button);
    expect(press('Enter', button)).toBeNull();
  });
});
