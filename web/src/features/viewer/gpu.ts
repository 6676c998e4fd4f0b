// Which renderer suits this machine: drawing on the CPU is three to four times faster than WebGL emulated
// in software. Asked once, before the engine starts.

/** `renderer` is WebGL's own name of itself; null where there is no WebGL at all. */
export function drawsFasterOnCpu(renderer: string | null): boolean {
  return renderer === null || /swiftshader|llvmpipe|softpipe|basic render/i.test(renderer);
}

export function rendererName(): string | null {
  const context = document.createElement('canvas').getContext('webgl');
  if (!context) return null;
  const info = context.getExtension('WEBGL_debug_renderer_info');
  const name: unknown = context.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : context.RENDERER);
  // Browsers allow about sixteen live contexts; this one has served.
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return typeof name === 'string' ? name : null;
}
