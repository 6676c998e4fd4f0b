// Microphone, camera, people, leave: each a word with its icon, 44 px and more.
import { useTranslation } from '@/lib/i18n';
import { DeskIcon } from '@/ui/desk-icon';
import { Icon } from '@/ui/icon';
import type { UseDevices } from './use-devices';

export function DeviceButtons({ devices }: { devices: UseDevices }) {
  const { t } = useTranslation('call');
  const { audioOn, videoOn } = devices;
  return (
    <>
      <button
        type="button"
        className={audioOn ? 'call-control' : 'call-control call-control-off'}
        aria-pressed={!audioOn}
        data-testid="call-mic"
        onClick={devices.toggleAudio}
      >
        <DeskIcon name={audioOn ? 'mic' : 'micOff'} size={22} />
        {audioOn ? t('muteMic') : t('unmuteMic')}
      </button>
      <button
        type="button"
        className={videoOn ? 'call-control' : 'call-control call-control-off'}
        aria-pressed={!videoOn}
        data-testid="call-camera"
        onClick={devices.toggleVideo}
      >
        <DeskIcon name={videoOn ? 'camera' : 'cameraOff'} size={22} />
        {videoOn ? t('stopCamera') : t('startCamera')}
      </button>
    </>
  );
}

interface Props {
  devices: UseDevices;
  people: number;
  listed: boolean;
  onList: () => void;
  onLeave: () => void;
}

export function Controls({ devices, people, listed, onList, onLeave }: Props) {
  const { t } = useTranslation('call');
  return (
    <div className="call-controls" role="toolbar" aria-label={t('controls')}>
      <DeviceButtons devices={devices} />
      <button
        type="button"
        className="call-control"
        aria-expanded={listed}
        data-testid="call-people"
        onClick={onList}
      >
        <Icon name="users" size={22} />
        {t('people', { count: people })}
      </button>
      <button type="button" className="call-control call-leave" data-testid="call-leave" onClick={onLeave}>
        <DeskIcon name="hangUp" size={22} />
        {t('leave')}
      </button>
    </div>
  );
}
