// The running call: everybody's tile, the line's state in words, the list of people, the controls.
import { useMemo, useState } from 'react';
import { useTranslation } from '@/lib/i18n';
import { DeskIcon } from '@/ui/desk-icon';
import { others, type Participant } from '../protocol';
import type { CallView } from '../session';
import { Controls } from './controls';
import { Tile } from './tile';
import { type UseDevices, worst } from './use-devices';

export interface Self {
  name: string;
  organisation: string;
}

interface Props {
  view: CallView;
  devices: UseDevices;
  self: Self;
  onLeave: () => void;
}

export function Stage({ view, devices, self, onLeave }: Props) {
  const { t } = useTranslation('call');
  const [listed, setListed] = useState(false);
  const own = useMemo(() => (devices.video ? new MediaStream([devices.video]) : null), [devices.video]);
  const { room, connection } = view.state;
  const rest = others(room);
  const trouble = worst(devices);
  return (
    <div className="call-stage" data-testid="call" data-connection={connection.is}>
      <Line view={view} alone={rest.length === 0} />
      {trouble && (
        <div className="call-notice call-notice-amber" role="alert">
          <p>
            <strong>{t(`device.${trouble.kind}`)}</strong> {t(`problem.${trouble.problem}`)}
          </p>
        </div>
      )}
      <div className={`call-grid call-grid-${Math.min(5, rest.length + 1)}`} data-testid="call-grid">
        {rest.map((person) => (
          <Tile
            key={person.id}
            name={person.name}
            organisation={person.organisation}
            stream={view.streams.get(person.id) ?? null}
            audioMuted={person.audio_muted}
            videoMuted={person.video_muted}
          />
        ))}
        <Tile
          own
          name={self.name}
          organisation={self.organisation}
          stream={own}
          audioMuted={!devices.audioOn}
          videoMuted={!devices.videoOn}
        />
      </div>
      {listed && <People people={room.participants} me={room.me} />}
      <Controls
        devices={devices}
        people={Math.max(1, room.participants.length)}
        listed={listed}
        onList={() => setListed(!listed)}
        onLeave={onLeave}
      />
    </div>
  );
}

/** What the line does, in words; silent while all is well and somebody is there. */
function Line({ view, alone }: { view: CallView; alone: boolean }) {
  const { t } = useTranslation('call');
  const { connection, warning } = view.state;
  if (connection.is === 'reconnecting') {
    return (
      <p className="call-notice call-notice-red" role="alert" data-testid="call-reconnecting">
        {connection.attempt > 4 ? t('reconnectingLong') : t('reconnecting')}
      </p>
    );
  }
  if (connection.is === 'connecting') {
    return (
      <p className="call-notice" role="status">
        {t('connecting')}
      </p>
    );
  }
  if (warning) {
    return (
      <p className="call-notice call-notice-amber" role="alert">
        {t('warning')}
      </p>
    );
  }
  if (view.media.publish === 'new' || view.media.publish === 'connecting') {
    return (
      <p className="call-notice" role="status">
        {t('mediaConnecting')}
      </p>
    );
  }
  if (!alone) return null;
  return (
    <p className="call-notice" role="status">
      {t('alone')}
    </p>
  );
}

function People({ people, me }: { people: Participant[]; me: string | null }) {
  const { t } = useTranslation('call');
  return (
    <ul className="call-people-list" aria-label={t('peopleList')} data-testid="call-people-list">
      {people.map((person) => (
        <li key={person.id}>
          <span>
            {person.id === me ? t('me', { name: person.name }) : person.name}
            <small>{person.organisation}</small>
          </span>
          {person.audio_muted && <DeskIcon name="micOff" size={16} />}
          {person.video_muted && <DeskIcon name="cameraOff" size={16} />}
        </li>
      ))}
    </ul>
  );
}
