// Camera and microphone: asking for them and naming what went wrong. The only file of the feature that
// calls getUserMedia.

export type DeviceProblem = 'denied' | 'none' | 'busy' | 'insecure' | 'failed';

/** What could be had, and what stood in the way of the rest. */
export interface Devices {
  audio: MediaStreamTrack | null;
  video: MediaStreamTrack | null;
  audioProblem: DeviceProblem | null;
  videoProblem: DeviceProblem | null;
}

const audioWishes: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};
const videoWishes: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 24, max: 30 },
  facingMode: 'user',
};

export function problemOf(error: unknown): DeviceProblem {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'none';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'failed';
  }
}

/** One prompt for both; if that fails each alone, so that a missing camera does not cost the microphone. */
export async function openDevices(want: { audio: boolean; video: boolean }): Promise<Devices> {
  if (!navigator.mediaDevices?.getUserMedia) {
    return { audio: null, video: null, audioProblem: 'insecure', videoProblem: 'insecure' };
  }
  if (want.audio && want.video) {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: audioWishes, video: videoWishes });
      return { ...tracksOf(stream), audioProblem: null, videoProblem: null };
    } catch {
      // Each is asked for alone below, which also tells whose fault it was.
    }
  }
  const audio = want.audio ? await one({ audio: audioWishes }) : nothing;
  const video = want.video ? await one({ video: videoWishes }) : nothing;
  return { audio: audio.track, video: video.track, audioProblem: audio.problem, videoProblem: video.problem };
}

const nothing: { track: MediaStreamTrack | null; problem: DeviceProblem | null } = {
  track: null,
  problem: null,
};

async function one(constraints: MediaStreamConstraints): Promise<typeof nothing> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia(constraints);
    return { track: stream.getTracks()[0] ?? null, problem: null };
  } catch (error) {
    return { track: null, problem: problemOf(error) };
  }
}

function tracksOf(stream: MediaStream) {
  return { audio: stream.getAudioTracks()[0] ?? null, video: stream.getVideoTracks()[0] ?? null };
}
