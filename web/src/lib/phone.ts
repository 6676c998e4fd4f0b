// Numbers to call as people write them, as links that a telephone dials (RFC 3966).

/** `0319-5550101转8` dials the number, waits a moment, then the extension. */
export function dialled(phone: string): string {
  const [number = '', ...extension] = phone.split(/转|#|,|;/);
  const plus = number.trim().startsWith('+') ? '+' : '';
  const digits = (text: string) => text.replace(/\D/g, '');
  const inside = extension.map(digits).filter((part) => part !== '');
  return `tel:${[plus + digits(number), ...inside].join(',')}`;
}
