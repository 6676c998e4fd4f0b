// A voice message: play, stop, how long. One plays at a time.

import { useEffect, useRef, useState } from 'react';
import { useTranslation } from '@/lib/i18n';
import { Icon } from '@/ui/icon';

/** 1:05 */
export function minutes(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return `${Math.floor(seconds / 60)}:${(seconds % 60).toString().padStart(2, '0')}`;
}

let playing: HTMLAudioElement | null = null;

export function VoiceMessage({ url, durationMs }: { url: string; durationMs: number }) {
  const { t } = useTranslation('messages');
  const audio = useRef<HTMLAudioElement>(null);
  const [state, setState] = useState<'still' | 'playing' | 'failed'>('still');
  const [at, setAt] = useState(0);
  useEffect(() => {
    const element = audio.current;
    return () => element?.pause();
  }, []);

  function toggle() {
    const element = audio.current;
    if (!element) return;
    if (state === 'playing') return element.pause();
    if (playing && playing !== element) playing.pause();
    playing = element;
    element.play().then(
      () => setState('playing'),
      () => setState('failed'),
    );
  }
  const share = Math.min(1, (at * 1000) / durationMs);
  return (
    <span className="voice">
      <button
        type="button"
        className="voice-button"
        onClick={toggle}
        aria-label={t(state === 'playing' ? 'voice.pause' : 'voice.play', { time: minutes(durationMs) })}
      >
        <Icon name={state === 'playing' ? 'pause' : 'play'} size={20} />
        <span className="voice-line" aria-hidden="true">
          <span style={{ transform: `scaleX(${share})` }} />
        </span>
        <span className="tabular">{minutes(durationMs)}</span>
      </button>
      {state === 'failed' && <span className="small">{t('voice.failed')}</span>}
      {/* biome-ignore lint/a11y/useMediaCaption: what somebody just said has no captions */}
      <audio
        ref={audio}
        src={url}
        preload="none"
        onPause={() => setState((now) => (now === 'failed' ? now : 'still'))}
        onEnded={() => setAt(0)}
        onTimeUpdate={(event) => setAt(event.currentTarget.currentTime)}
      />
    </span>
  );
}
