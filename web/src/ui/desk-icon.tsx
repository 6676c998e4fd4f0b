// Icons of the reading desk, the call and the transfer desk, apart from the others so that village pages do not carry them.
// The same 24-unit strokes in the color of the text.

const PATHS = {
  camera:
    'M15.5 10.5 21 7v10l-5.5-3.5M4.5 6h9a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-9a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2Z',
  cameraOff:
    'M3 3l18 18M15.5 10.5 21 7v10l-2.5-1.6M10 6h3.5a2 2 0 0 1 2 2v3.5M15.5 16a2 2 0 0 1-2 2h-9a2 2 0 0 1-2-2V8a2 2 0 0 1 1.6-2',
  contrast: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 0v18M12 7h4.5M12 11h7M12 15h6.5',
  fit: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  grid: 'M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z',
  hangUp:
    'M3.5 14.5c-.9-1-.8-2.5.2-3.6 4.6-4.2 12-4.2 16.6 0 1 1.1 1.1 2.6.2 3.6l-1 1c-.5.5-1.3.600-1.9.2l-2-1.2c-.5-.3-.8-.9-.8-1.5v-1.2a10.5 10.5 0 0 0-5.6 0V13c0 .6-.3 1.2-.8 1.5l-2 1.2c-.6.4-1.4.3-1.9-.2l-1-1Z',
  invert: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 1.7a7.3 7.3 0 0 1 0 14.6V4.7Z',
  layers: 'm12 3 9 5-9 5-9-5 9-5Zm-9 9.5 9 5 9-5',
  mic: 'M12 3a3 3 0 0 0-3 3v6a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3ZM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3m-3 0h6',
  micOff:
    'M3 3l18 18M9 9v3a3 3 0 0 0 4.7 2.5M15 11V6a3 3 0 0 0-5.7-1.3M5.5 11.5a6.5 6.5 0 0 0 10.6 5M18.5 11.5c0 1-.2 1.9-.6 2.7M12 18v3m-3 0h6',
  pan: 'M12 3v18M3 12h18M9 6l3-3 3 3M9 18l3 3 3-3M6 9l-3 3 3 3M18 9l3 3-3 3',
  reset: 'M4 4v5h5M4.6 9A8 8 0 1 1 4 13',
  ruler: 'm3 16.5 13.5-13.5 4.5 4.5L7.5 21 3 16.5Zm4-4 1.8 1.8M10 9.5l2.5 2.5M13 6.5l1.8 1.8',
  scroll: 'M8 4h11v13M5 7h11v13H5z',
  qr: 'M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 14h2v2h-2zM14 18h2v2h-2zM18 18h2v2h-2zM7 7h.01M17 7h.01M7 17h.01',
  speaker: 'M4 9.5h3.5L12 6v12l-4.500-3.500H4zM15.500 9a4 4 0 0 1 0 6m2.500-8.500a7.500 7.500 0 0 1 0 11',
  speakerOff: 'M4 9.500h3.500L12 6v12l-4.500-3.500H4zM15.500 9.500l5 5m0-5-5 5',
  trash: 'M4 7h16M10 11v6m4-6v6M6 7l1 13h10l1-13M9 7V4h6v3',
  zoom: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Zm4.6 11.1L20 20M8 10.5h5M10.5 8v5',
} as const;

export type DeskIconName = keyof typeof PATHS;

export function DeskIcon({ name, size = 20 }: { name: DeskIconName; size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill={name === 'invert' ? 'currentColor' : 'none'}
      fillRule="evenodd"
      stroke="currentColor"
      strokeWidth={1.7}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
