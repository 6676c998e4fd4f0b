// Camera and microphone as state: opened on demand, switched, released. A camera that is off is stopped, so
// that its light goes out; a microphone that is off stays open but sends silence.
import { useCallback, useEffect, useRef, useState } from 'react';
import { type DeviceProblem, type Devices, openDevices } from '../devices';

export interface UseDevices extends Devices {
  /** Null until the first answer of the browser. */
  ready: boolean;
  audioOn: boolean;
  videoOn: boolean;
  toggleAudio: () => void;
  toggleVideo: () => void;
  retry: () => void;
}

const closed: Devices = { audio: null, video: null, audioProblem: null, videoProblem: null };

export function useDevices(): UseDevices {
  const [devices, setDevices] = useState<Devices>(closed);
  const [ready, setReady] = useState(false);
  const [audioOn, setAudioOn] = useState(true);
  const held = useRef<Devices>(closed);
  const mounted = useRef(true);

  const hold = useCallback((next: Devices) => {
    for (const kind of ['audio', 'video'] as const) {
      if (held.current[kind] && held.current[kind] !== next[kind]) held.current[kind]?.stop();
      watchEnd(next[kind], () => hold({ ...held.current, [kind]: null, [`${kind}Problem`]: 'none' }));
    }
    held.current = next;
    if (mounted.current) setDevices(next);
    else release(next);
  }, []);

  const open = useCallback(
    async (want: { audio: boolean; video: boolean }) => {
      const got = await openDevices(want);
      const { current } = held;
      hold({
        audio: want.audio ? got.audio : current.audio,
        audioProblem: want.audio ? got.audioProblem : current.audioProblem,
        video: want.video ? got.video : current.video,
        videoProblem: want.video ? got.videoProblem : current.videoProblem,
      });
      if (mounted.current) setReady(true);
    },
    [hold],
  );

  useEffect(() => {
    mounted.current = true;
    void open({ audio: true, video: true });
    return () => {
      mounted.current = false;
      release(held.current);
      held.current = closed;
    };
  }, [open]);

  useEffect(() => {
    if (devices.audio) devices.audio.enabled = audioOn;
  }, [devices.audio, audioOn]);

  return {
    ...devices,
    ready,
    audioOn: audioOn && devices.audio !== null,
    videoOn: devices.video !== null,
    toggleAudio: () => (devices.audio ? setAudioOn(!audioOn) : void open({ audio: true, video: false })),
    toggleVideo: () =>
      devices.video
        ? hold({ ...held.current, video: null, videoProblem: null })
        : void open({ audio: false, video: true }),
    retry: () => void open({ audio: true, video: true }),
  };
}

function release(devices: Devices) {
  devices.audio?.stop();
  devices.video?.stop();
}

/** Unplugging, or taking the permission back, ends a track without being asked. */
function watchEnd(track: MediaStreamTrack | null, ended: () => void) {
  if (track) track.onended = ended;
}

/** The one thing to say about both devices, the worse first. */
export function worst(devices: Devices): { kind: 'audio' | 'video' | 'both'; problem: DeviceProblem } | null {
  const { audioProblem, videoProblem } = devices;
  if (audioProblem && audioProblem === videoProblem) return { kind: 'both', problem: audioProblem };
  if (audioProblem) return { kind: 'audio', problem: audioProblem };
  return videoProblem ? { kind: 'video', problem: videoProblem } : null;
}
