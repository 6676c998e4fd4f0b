// Whether messages wait on this device: what the first screen looks at, so that it loads their sender only when there are.

const KEY = 'consult.unsent';

export function noteUnsent(any: boolean): void {
  try {
    if (any) localStorage.setItem(KEY, '1');
    else localStorage.removeItem(KEY);
  } catch {
    // Without storage nothing waits on the device.
  }
}

export function anyUnsent(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}
