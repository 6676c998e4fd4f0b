// A QR code as one path, sharp at any size. The library comes when a code is drawn.

import { useEffect, useState } from 'react';

/** The white margin that readers need (ISO/IEC 18004, 9.1), in modules. */
const QUIET = 4;

async function draw(text: string): Promise<{ path: string; side: number }> {
  const { default: qrcode } = await import('qrcode-generator');
  // A quarter of it may be creased or stained.
  const code = qrcode(0, 'Q');
  code.addData(text);
  code.make();
  const count = code.getModuleCount();
  let path = '';
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < count; column += 1) {
      if (code.isDark(row, column)) path += `M${column + QUIET} ${row + QUIET}h1v1h-1z`;
    }
  }
  return { path, side: count + 2 * QUIET };
}

export function QrCode({ text, label }: { text: string; label: string }) {
  const [drawn, setDrawn] = useState<{ path: string; side: number } | null>(null);
  useEffect(() => {
    let over = false;
    void draw(text).then((done) => over || setDrawn(done));
    return () => {
      over = true;
    };
  }, [text]);
  if (!drawn) return <span className="qr" />;
  return (
    <svg
      className="qr"
      viewBox={`0 0 ${drawn.side} ${drawn.side}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <path d={`M0 0h${drawn.side}v${drawn.side}h-${drawn.side}z`} fill="#fff" />
      <path d={drawn.path} fill="#000" />
    </svg>
  );
}
