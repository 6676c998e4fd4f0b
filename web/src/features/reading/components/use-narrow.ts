// Whether there is room for panes side by side.
import { useSyncExternalStore } from 'react';

const query = '(max-width: 1023px)';

export function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const list = matchMedia(query);
      list.addEventListener('change', listener);
      return () => list.removeEventListener('change', listener);
    },
    () => matchMedia(query).matches,
  );
}
