// Sounds while an emergency waits unseen, and is honest about it: what the browser does not allow yet, and what is muted.

import { useEffect, useState, useSyncExternalStore } from 'react';
import { useTranslation } from '@/lib/i18n';
import { Button } from '@/ui/button';
import { DeskIcon } from '@/ui/desk-icon';
import { rememberedVolume, rememberVolume, sound } from '../api/sound';

/** Again so often, until it is seen or muted. */
const AGAIN_MS = 5000;

/** `ringing` are the ids of emergencies that nobody has opened. */
export function SoundControl({ ringing }: { ringing: readonly string[] }) {
  const { t } = useTranslation('desk');
  const state = useSyncExternalStore(sound.watch, sound.state);
  const [volume, setVolume] = useState(rememberedVolume);
  const [hushed, setHushed] = useState<ReadonlySet<string>>(new Set());
  const rings = ringing.some((id) => !hushed.has(id));
  useTitle(ringing.length);

  useEffect(() => {
    if (!rings || volume === 0 || state !== 'ready') return;
    sound.play(volume);
    const timer = setInterval(() => sound.play(volume), AGAIN_MS);
    return () => clearInterval(timer);
  }, [rings, volume, state]);

  function louder(next: number) {
    setVolume(next);
    rememberVolume(next);
  }
  if (state === 'blocked') {
    return (
      <div className="sound">
        <Button
          look={rings ? 'danger-solid' : 'secondary'}
          onClick={() => void sound.allow().then(() => sound.play(volume || 0.3))}
        >
          <DeskIcon name="speakerOff" size={18} /> {t('sound.allow')}
        </Button>
        <span className="small soft">{t('sound.blocked')}</span>
      </div>
    );
  }
  return (
    <div className="sound">
      {rings && volume > 0 && (
        <Button look="danger-solid" onClick={() => setHushed(new Set([...hushed, ...ringing]))}>
          <DeskIcon name="speakerOff" size={18} /> {t('sound.hush')}
        </Button>
      )}
      <Button
        look="quiet"
        aria-pressed={volume === 0}
        aria-label={t(volume === 0 ? 'sound.unmute' : 'sound.mute')}
        title={t(volume === 0 ? 'sound.unmute' : 'sound.mute')}
        onClick={() => louder(volume === 0 ? 0.6 : 0)}
      >
        <DeskIcon name={volume === 0 ? 'speakerOff' : 'speaker'} size={20} />
      </Button>
      <input
        type="range"
        className="sound-volume"
        min={0}
        max={1}
        step={0.1}
        value={volume}
        aria-label={t('sound.volume')}
        onChange={(event) => louder(Number(event.target.value))}
        onPointerUp={() => sound.play(volume)}
      />
      {volume === 0 && <span className="small sound-muted">{t('sound.muted')}</span>}
    </div>
  );
}

/** The tab of somebody who looks elsewhere says it too. */
function useTitle(count: number): void {
  const { t } = useTranslation('desk');
  const common = useTranslation();
  const plain = common.t('productShort');
  const marked = count > 0 ? `(${count}) ${t('sound.title')} · ${plain}` : plain;
  useEffect(() => {
    document.title = marked;
    return () => {
      document.title = plain;
    };
  }, [marked, plain]);
}
