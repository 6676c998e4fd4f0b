// The icons of the product: 24-unit strokes, drawn in the color of the text. An icon never stands for a word alone.

const PATHS = {
  alert:
    'M12 9v4m0 4h.01M10.3 3.9 2.5 17.4A2 2 0 0 0 4.2 20.4h15.6a2 2 0 0 0 1.7-3L13.7 3.9a2 2 0 0 0-3.4 0Z',
  arrowDown: 'M12 5v14m6-6-6 6-6-6',
  arrowRight: 'M5 12h14m-6-6 6 6-6 6',
  arrowUp: 'M12 19V5m-6 6 6-6 6 6',
  ban: 'M5.6 5.6l12.8 12.8M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  bell: 'M6 9a6 6 0 1 1 12 0c0 6 2.5 7 2.5 7h-17S6 15 6 9m4 11a2.3 2.3 0 0 0 4 0',
  board: 'M3.5 5.5h17v13h-17zM3.5 10h17M9 10v8.5',
  building: 'M4 21V5.5L13 3v18M13 9h7v12M2.5 21h19M7.5 9h2m-2 4h2m-2 4h2m7-4h.5m-.5 4h.5',
  check: 'm5 12.5 4.5 4.5L19 7',
  checkCircle: 'M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Zm-13 .3 2.7 2.7L16 9.6',
  calendar: 'M4 6h16v14H4zM4 10.500h16M8 3.500V7m8-3.500V7',
  chevronDown: 'm6 9 6 6 6-6',
  chevronLeft: 'm15 6-6 6 6 6',
  chevronRight: 'm9 6 6 6-6 6',
  clock: 'M12 7v5l3.2 2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  close: 'M6 6l12 12M18 6 6 18',
  consult: 'M4 5h16v11H9.5L5 19.5V16H4zM8.5 9h7m-7 3.2h4.5',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  dot: 'M12 12h.01',
  edit: 'M4 20h4L19 9l-4-4L4 16zM13 7l4 4',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  flag: 'M5 21V4m0 1h12l-2.5 4L17 13H5',
  folder: 'M3 6h6l2 2.5h10V19H3z',
  globe:
    'M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0ZM3.5 9h17m-17 6h17M12 3c2.5 2.5 3.6 5.5 3.6 9S14.500 18.500 12 21c-2.500-2.500-3.600-5.500-3.600-9S9.500 5.500 12 3Z',
  home: 'M4 11.5 12 4.5l8 7M6 10v9.500h12V10m-8 9.500V14h4v5.500',
  image: 'M4 5h16v14H4zm0 11 4.500-4.500 4 4 3-3L20 17M15.500 9.500h.01',
  info: 'M12 11v5m0-8.500h.01M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  keyboard: 'M3 6.500h18v11H3zM7 10h.01M11 10h.01M15 10h.01M8 14h8',
  list: 'M8 6.500h12M8 12h12M8 17.500h12M4 6.500h.01M4 12h.01M4 17.500h.01',
  lock: 'M6 11h12v9H6zm2.500 0V8a3.500 3.500 0 0 1 7 0v3',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  mail: 'M3 6h18v12H3zm0 1 9 6.500L21 7',
  offline:
    'M3 3l18 18M8.500 16.500a5 5 0 0 1 6.500-.300M5 13a10 10 0 0 1 4.500-2.500M19 13a10 10 0 0 0-5-2.800M2 9.500A15 15 0 0 1 6.500 6.600M22 9.500A15 15 0 0 0 11 5.100M12 20h.01',
  pause: 'M8 5v14m8-14v14',
  phone:
    'M5 4h4l1.800 4.800-2.300 1.500a12 12 0 0 0 5.200 5.200l1.500-2.300L20 15v4a1.500 1.500 0 0 1-1.600 1.500A15.500 15.500 0 0 1 3.500 5.600 1.500 1.500 0 0 1 5 4Z',
  person: 'M12 11.500a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.500 20.500c.800-4 3.700-6 7.500-6s6.700 2 7.500 6',
  play: 'M8 5v14l11-7z',
  plus: 'M12 5v14M5 12h14',
  print: 'M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z',
  pulse: 'M3 12.500h4l2-6 4 12 2.500-8 1.300 2H21',
  question:
    'M9.300 9.300a2.800 2.800 0 1 1 4 2.600c-.900.500-1.300 1-1.300 2m0 3h.01M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z',
  refresh: 'M20 5v5h-5M4 19v-5h5m10.300-4A8 8 0 0 0 5 8.500M4.700 14A8 8 0 0 0 19 15.500',
  referral: 'M4 8h13m-4-4 4 4-4 4m7 4H7m4-4-4 4 4 4',
  search: 'M17.500 11a6.500 6.500 0 1 1-13 0 6.500 6.500 0 0 1 13 0Zm-1.800 4.700L20.500 20.500',
  send: 'M21 3 10 14m11-11-7 18-4-7-7-4z',
  signOut: 'M14 4H5v16h9m-4-8h11m-4-4 4 4-4 4',
  spinner: 'M12 3a9 9 0 1 0 9 9',
  upload: 'M12 16V4.500m-5 5 5-5 5 5M4 16v4h16v-4',
  users:
    'M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7Zm-6.500 9c.500-3.700 3-5.500 6.500-5.500s6 1.800 6.500 5.500m-.500-9a3.500 3.500 0 0 0 0-7m4 16c-.300-2.500-1.300-4.200-3-5',
  video: 'M3 6.500h12v11H3zm12 4 6-3v9l-6-3',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18, className }: { name: IconName; size?: number; className?: string }) {
  return (
    <svg
      className={className ? `icon ${className}` : 'icon'}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'dot' || name === 'more' ? 3.2 : 1.9}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
