import { describe, expect, it } from 'vitest';
import { drawsFasterOnCpu } from './gpu';
import { belongsElsewhere, commandFor } from './keys';

const plain = { ctrlKey: false, metaKey: false, altKey: false, isComposing: false };

describe('keys of the viewer', () => {
  it('choose windows, tools and slices', () => {
    expect(commandFor({ ...plain, key: '4' })).toEqual({ do: 'preset', key: '4' });
    expect(commandFor({ ...plain, key: 'L' })).toEqual({ do: 'tool', tool: 'length' });
    expect(commandFor({ ...plain, key: 'ArrowUp' })).toEqual({ do: 'scroll', by: -1 });
    expect(commandFor({ ...plain, key: 'q' })).toBeNull();
  });

  it('are inert with modifiers and while an input method composes', () => {
    expect(commandFor({ ...plain, key: 'i', ctrlKey: true })).toBeNull();
    expect(commandFor({ ...plain, key: 'i', isComposing: true })).toBeNull();
  });

  it('belong to inputs, to pressed buttons and to bars that move by arrows', () => {
    document.body.innerHTML = '<textarea></textarea><button></button><hr role="separator">';
    const [area, button, bar] = [...document.body.children];
    expect(belongsElsewhere(area ?? null, 'i')).toBe(true);
    expect(belongsElsewhere(button ?? null, ' ')).toBe(true);
    expect(belongsElsewhere(button ?? null, 'i')).toBe(false);
    expect(belongsElsewhere(bar ?? null, 'ArrowLeft')).toBe(true);
    expect(belongsElsewhere(document.body, 'ArrowLeft')).toBe(false);
  });
});

describe('the renderer', () => {
  it('is the CPU where WebGL is only emulated', () => {
    expect(
      drawsFasterOnCpu('ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero)), SwiftShader driver)'),
    ).toBe(true);
    expect(drawsFasterOnCpu('Mesa llvmpipe (LLVM 15.0.6, 256 bits)')).toBe(true);
    expect(drawsFasterOnCpu('ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11)')).toBe(true);
    expect(drawsFasterOnCpu(null)).toBe(true);
    expect(drawsFasterOnCpu('ANGLE (Intel, Intel(R) UHD Graphics 630 Direct3D11)')).toBe(false);
  });
});
