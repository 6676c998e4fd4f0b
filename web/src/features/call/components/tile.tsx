// One person of the call: picture or initial, name, organisation, and what is switched off.
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from '@/lib/i18n';
import { DeskIcon } from '@/ui/desk-icon';

interface Props {
  name: string;
  organisation: string;
  stream: MediaStream | null;
  audioMuted: boolean;
  videoMuted: boolean;
  own?: boolean;
}

export function Tile({ name, organisation, stream, audioMuted, videoMuted, own = false }: Props) {
  const { t } = useTranslation('call');
  const video = useRef<HTMLVideoElement>(null);
  const [blocked, setBlocked] = useState(false);

  useEffect(() => {
    const element = video.current;
    if (!element || element.srcObject === stream) return;
    element.srcObject = stream;
    if (stream) element.play().catch((error: Error) => setBlocked(error.name === 'NotAllowedError'));
  }, [stream]);

  return (
    <figure
      className={own ? 'call-tile call-tile-own' : 'call-tile'}
      data-testid={own ? 'call-tile-own' : 'call-tile'}
    >
      <video
        ref={video}
        className={videoMuted ? 'call-video call-video-off' : 'call-video'}
        autoPlay
        playsInline
        muted={own}
        aria-label={t('videoOf', { name })}
        data-testid={own ? 'call-video-own' : 'call-video'}
      />
      {videoMuted && (
        <span className="call-face" aria-hidden="true">
          {name.slice(0, 1)}
        </span>
      )}
      {blocked && (
        <button
          type="button"
          className="call-unblock"
          onClick={() => void video.current?.play().then(() => setBlocked(false))}
        >
          {t('tapToPlay')}
        </button>
      )}
      <figcaption className="call-name">
        {audioMuted && (
          <span className="call-mark" title={t('micOff')}>
            <DeskIcon name="micOff" size={16} />
            <span className="visually-hidden">{t('micOff')}</span>
          </span>
        )}
        {videoMuted && (
          <span className="call-mark" title={t('cameraOff')}>
            <DeskIcon name="cameraOff" size={16} />
            <span className="visually-hidden">{t('cameraOff')}</span>
          </span>
        )}
        <span>
          {own ? t('me', { name }) : name}
          <small>{organisation}</small>
        </span>
      </figcaption>
    </figure>
  );
}
