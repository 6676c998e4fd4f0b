// Before joining: one's own picture, whether the microphone hears, and in words what is missing.
import { useEffect, useRef } from 'react';
import { useTranslation } from '@/lib/i18n';
import { Button } from '@/ui/button';
import { DeskIcon } from '@/ui/desk-icon';
import { DeviceButtons } from './controls';
import { type UseDevices, worst } from './use-devices';
import { useLevel } from './use-level';

interface Props {
  devices: UseDevices;
  onJoin: () => void;
  onClose: () => void;
}

export function Preview({ devices, onJoin, onClose }: Props) {
  const { t } = useTranslation('call');
  const video = useRef<HTMLVideoElement>(null);
  const level = useLevel(devices.audioOn ? devices.audio : null);
  useEffect(() => {
    if (video.current) video.current.srcObject = devices.video ? new MediaStream([devices.video]) : null;
  }, [devices.video]);
  const trouble = worst(devices);
  return (
    <div className="call-preview" data-testid="call-preview">
      <h2>{t('previewTitle')}</h2>
      <div className="call-preview-picture">
        <video ref={video} className="call-video" autoPlay playsInline muted aria-label={t('ownPicture')} />
        {!devices.video && (
          <p className="call-preview-none">
            <DeskIcon name="cameraOff" size={28} />
            {devices.ready ? t('noPicture') : t('asking')}
          </p>
        )}
      </div>
      <div className="call-level">
        <DeskIcon name={devices.audioOn ? 'mic' : 'micOff'} size={18} />
        <span className="call-level-bar">
          <span style={{ ['--level' as string]: level }} />
        </span>
        <span className="small">{devices.audioOn ? t('sayTest') : t('micIsOff')}</span>
      </div>
      {trouble && (
        <div className="call-notice call-notice-amber" role="alert" data-testid="call-device-problem">
          <p>
            <strong>{t(`device.${trouble.kind}`)}</strong> {t(`problem.${trouble.problem}`)}
          </p>
          <Button look="secondary" icon="refresh" onClick={devices.retry}>
            {t('checkAgain')}
          </Button>
        </div>
      )}
      <div className="call-preview-buttons">
        <DeviceButtons devices={devices} />
      </div>
      <Button
        look="primary"
        icon="video"
        block
        disabled={!devices.ready}
        data-testid="call-join"
        onClick={onJoin}
      >
        {joinText(devices, t)}
      </Button>
      <Button look="quiet" onClick={onClose}>
        {t('notNow')}
      </Button>
    </div>
  );
}

function joinText(
  { audio, videoOn }: UseDevices,
  t: (key: 'join' | 'joinAudio' | 'joinListen') => string,
): string {
  if (!audio && !videoOn) return t('joinListen');
  return videoOn ? t('join') : t('joinAudio');
}
