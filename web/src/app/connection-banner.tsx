// Says how the line is: away, live updates lost, or slow. Its place is kept free of height while all is well.

import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { whenReached } from '@/lib/api';
import { clock } from '@/lib/clock';
import { useStreamState } from '@/lib/events/live';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { Icon } from '@/ui/icon';

const SLOW_MS = 4000;

export function ConnectionBanner() {
  const { t, language } = useTranslation();
  const stream = useStreamState();
  const line = useLine();
  const client = useQueryClient();
  useAskedAgain(line);

  if (line === 'away') {
    const asOf = Math.max(
      0,
      ...client
        .getQueryCache()
        .getAll()
        .map((query) => query.state.dataUpdatedAt),
    );
    return (
      <div className="line line-red" role="alert">
        <Icon name="offline" size={16} />
        {t('lineAway', { time: formatTime(asOf || Date.now(), language, clock.now()) })}
      </div>
    );
  }
  if (stream === 'lost') {
    return (
      <div className="line line-red" role="alert">
        <Icon name="offline" size={16} /> {t('lineLost')}
      </div>
    );
  }
  if (line === 'slow') {
    return (
      <div className="line line-amber" role="status">
        <Icon name="clock" size={16} /> {t('lineSlow')}
      </div>
    );
  }
  return null;
}

type Line = 'good' | 'slow' | 'away';

/** What failed while the line was away is asked for again when it is back; what was there is the live events' to renew. */
function useAskedAgain(line: Line): void {
  const client = useQueryClient();
  const before = useRef(line);
  useEffect(() => {
    const isBack = before.current === 'away' && line !== 'away';
    before.current = line;
    if (!isBack) return;
    void client.refetchQueries({ type: 'active', predicate: (query) => query.state.status === 'error' });
  }, [client, line]);
}

function useLine(): Line {
  const [line, setLine] = useState<Line>(navigator.onLine ? 'good' : 'away');
  useEffect(() => {
    let slow = 0;
    const off = whenReached((reachable, tookMs) => {
      // An answer that was under way when the line went is not the line coming back.
      if (!reachable || !navigator.onLine) return setLine('away');
      // One slow answer is chance, two in a row are the line.
      slow = tookMs > SLOW_MS ? slow + 1 : 0;
      setLine(slow > 1 ? 'slow' : 'good');
    });
    const away = () => setLine('away');
    const back = () => setLine('good');
    window.addEventListener('offline', away);
    window.addEventListener('online', back);
    return () => {
      off();
      window.removeEventListener('offline', away);
      window.removeEventListener('online', back);
    };
  }, []);
  return line;
}
