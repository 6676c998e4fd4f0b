// A room from the first look in the mirror to leaving it. Mounted by the room's page and by the reading desk.
import { useState } from 'react';
import { useTranslation } from '@/lib/i18n';
import { Button } from '@/ui/button';
import { DeskIcon } from '@/ui/desk-icon';
import { Preview } from './preview';
import { type Self, Stage } from './stage';
import { useCall } from './use-call';
import { useDevices } from './use-devices';
import '../call.css';

interface Props {
  roomId: string;
  self: Self;
  /** Beside a reading the camera must not switch itself on: there one asks for the preview first. */
  waiting?: boolean;
}

export function Room({ roomId, self, waiting = false }: Props) {
  const { t } = useTranslation('call');
  const [opened, setOpened] = useState(!waiting);
  const [left, setLeft] = useState(false);
  const close = (hasLeft: boolean) => {
    setLeft(hasLeft);
    setOpened(false);
  };
  if (opened) return <OpenRoom roomId={roomId} self={self} onClose={close} />;
  return (
    <div className="call call-closed" data-testid={left ? 'call-left' : 'call-closed'}>
      <DeskIcon name={left ? 'cameraOff' : 'camera'} size={30} />
      {left && <h2>{t('leftTitle')}</h2>}
      <p>{left ? t('leftHint') : t('closedHint')}</p>
      <Button look="primary" icon="video" data-testid="call-open" onClick={() => setOpened(true)}>
        {left ? t('rejoin') : t('enter')}
      </Button>
    </div>
  );
}

/** Camera and microphone live exactly as long as this is mounted: leaving puts the camera's light out. */
function OpenRoom({
  roomId,
  self,
  onClose,
}: Omit<Props, 'waiting'> & { onClose: (hasLeft: boolean) => void }) {
  const { t } = useTranslation('call');
  const devices = useDevices();
  const { view, join, leave } = useCall(roomId, devices);
  const connection = view?.state.connection ?? { is: 'idle' as const };
  const running = connection.is !== 'idle' && connection.is !== 'left' && connection.is !== 'ended';
  return (
    <section className="call" aria-label={t('title')}>
      {connection.is === 'ended' && (
        <p className="call-notice call-notice-amber" role="alert" data-testid="call-ended">
          {endText(connection.code, t)}
        </p>
      )}
      {view && running ? (
        <Stage
          view={view}
          devices={devices}
          self={self}
          onLeave={() => {
            leave();
            onClose(true);
          }}
        />
      ) : (
        <Preview devices={devices} onJoin={join} onClose={() => onClose(false)} />
      )}
    </section>
  );
}

function endText(code: string, t: (key: 'ended.full' | 'ended.other') => string): string {
  return code === 'media.room-full' || code === 'media.too-many-rooms' ? t('ended.full') : t('ended.other');
}
