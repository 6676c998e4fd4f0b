// Runs a call: does what `machine.ts` asks with one WebSocket and two peer connections (one publishes,
// one watches), and tells a listener. Knows nothing of React; `useCall.ts` is its only caller.
import { type CallState, type Effect, type Happening, initialState, step } from './machine';
import { parse, type Slot } from './protocol';

/** Slots offered for watching: people seen and heard at once. */
const slotCount = 4;
/** RFC 6455 §7.4.1. */
const policyViolation = 1008;
const pingEvery = 4000;
const silenceLimit = 10_000;

export interface LocalTracks {
  audio: MediaStreamTrack | null;
  video: MediaStreamTrack | null;
}

export interface CallView {
  state: CallState;
  /** What to play for each participant id. */
  streams: ReadonlyMap<string, MediaStream>;
  /** State of the media path, apart from that of the signalling. */
  media: { publish: RTCPeerConnectionState; watch: RTCPeerConnectionState };
}

export interface CallSession {
  join(): void;
  leave(): void;
  setMuted(audio: boolean, video: boolean): void;
  /** Swaps what is sent without renegotiation; null sends nothing. */
  setTrack(kind: 'audio' | 'video', track: MediaStreamTrack | null): void;
  peers(): RTCPeerConnection[];
  dispose(): void;
}

interface Peers {
  publish: RTCPeerConnection;
  watch: RTCPeerConnection;
}

export function startCall(url: string, local: LocalTracks, listener: (view: CallView) => void): CallSession {
  let state = initialState({ audio: !local.audio, video: !local.video });
  let socket: WebSocket | null = null;
  let peers: Peers | null = null;
  let streams = new Map<string, MediaStream>();
  let lastHeard = 0;
  let retryTimer = 0;
  const tracks = { ...local };
  const pulse = window.setInterval(checkPulse, pingEvery);

  function tell() {
    listener({
      state,
      streams,
      media: {
        publish: peers?.publish.connectionState ?? 'new',
        watch: peers?.watch.connectionState ?? 'new',
      },
    });
  }

  function happen(happening: Happening) {
    const next = step(state, happening);
    state = next.state;
    for (const effect of next.effects) perform(effect);
    bindStreams();
    tell();
  }

  function perform(effect: Effect) {
    switch (effect.do) {
      case 'open_socket':
        openSocket();
        break;
      case 'send':
        if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(effect.message));
        break;
      case 'publish_and_watch':
        void negotiate();
        break;
      case 'apply_answer':
        void applyAnswer(effect.to, effect.sdp);
        break;
      case 'close':
        closeAll();
        break;
      case 'retry_in':
        window.clearTimeout(retryTimer);
        retryTimer = window.setTimeout(() => happen({ type: 'retry_due' }), effect.ms);
        break;
    }
  }

  function openSocket() {
    const opened = new WebSocket(url);
    socket = opened;
    lastHeard = performance.now();
    // Events of a socket that has been replaced concern nobody.
    const current = () => socket === opened;
    opened.onopen = () => current() && happen({ type: 'socket_opened' });
    opened.onclose = ({ code }) =>
      current() && happen({ type: code === policyViolation ? 'expelled' : 'lost' });
    opened.onmessage = (event) => {
      if (!current() || typeof event.data !== 'string') return;
      lastHeard = performance.now();
      const message = parse(event.data);
      if (message) happen({ type: 'message', message });
    };
  }

  async function negotiate() {
    closePeers();
    const made: Peers = { publish: new RTCPeerConnection(), watch: new RTCPeerConnection() };
    peers = made;
    for (const kind of ['audio', 'video'] as const) {
      made.publish.addTransceiver(tracks[kind] ?? kind, { direction: 'sendonly' });
      for (let slot = 0; slot < slotCount; slot += 1)
        made.watch.addTransceiver(kind, { direction: 'recvonly' });
    }
    for (const peer of [made.publish, made.watch]) {
      peer.onconnectionstatechange = () => {
        if (peers !== made) return;
        if (peer.connectionState === 'failed') happen({ type: 'lost' });
        else tell();
      };
    }
    try {
      for (const type of ['publish', 'watch'] as const) {
        await made[type].setLocalDescription();
        if (peers !== made) return;
        perform({ do: 'send', message: { type, sdp: made[type].localDescription?.sdp ?? '' } });
      }
    } catch {
      if (peers === made) happen({ type: 'lost' });
    }
  }

  async function applyAnswer(to: 'publish' | 'watch', sdp: string) {
    const made = peers;
    if (made?.[to].signalingState !== 'have-local-offer') return;
    try {
      await made[to].setRemoteDescription({ type: 'answer', sdp });
    } catch {
      if (peers === made) happen({ type: 'lost' });
      return;
    }
    if (peers === made) {
      bindStreams();
      tell();
    }
  }

  /** One stream for each participant, from the tracks of the slots bound to them; kept while unchanged. */
  function bindStreams() {
    const next = new Map<string, MediaStream>();
    for (const slot of state.room.slots) {
      const track = trackOf(slot);
      if (!slot.participant || !track) continue;
      const stream = next.get(slot.participant) ?? streams.get(slot.participant) ?? new MediaStream();
      next.set(slot.participant, stream);
      for (const old of stream.getTracks()) {
        if (old.kind === track.kind && old !== track) stream.removeTrack(old);
      }
      if (!stream.getTracks().includes(track)) stream.addTrack(track);
    }
    streams = next;
  }

  function trackOf(slot: Slot): MediaStreamTrack | undefined {
    return peers?.watch.getTransceivers().find((transceiver) => transceiver.mid === slot.mid)?.receiver.track;
  }

  function checkPulse() {
    if (!socket || state.connection.is !== 'connected') return;
    if (performance.now() - lastHeard > silenceLimit) happen({ type: 'lost' });
    else perform({ do: 'send', message: { type: 'ping' } });
  }

  function goneOffline() {
    if (state.connection.is === 'connected') happen({ type: 'lost' });
  }

  function backOnline() {
    if (state.connection.is !== 'reconnecting') return;
    window.clearTimeout(retryTimer);
    happen({ type: 'retry_due' });
  }

  function closePeers() {
    const old = peers;
    peers = null;
    old?.publish.close();
    old?.watch.close();
  }

  function closeAll() {
    window.clearTimeout(retryTimer);
    closePeers();
    streams = new Map();
    const old = socket;
    socket = null;
    old?.close();
  }

  function sayGoodbye() {
    happen({ type: 'leave_wanted' });
  }

  window.addEventListener('offline', goneOffline);
  window.addEventListener('online', backOnline);
  window.addEventListener('pagehide', sayGoodbye);

  return {
    join: () => happen({ type: 'join_wanted' }),
    leave: () => happen({ type: 'leave_wanted' }),
    setMuted: (audio, video) => happen({ type: 'mute_wanted', audio, video }),
    setTrack(kind, track) {
      tracks[kind] = track;
      const transceiver = peers?.publish.getTransceivers()[kind === 'audio' ? 0 : 1];
      void transceiver?.sender.replaceTrack(track);
    },
    peers: () => (peers ? [peers.publish, peers.watch] : []),
    dispose() {
      happen({ type: 'leave_wanted' });
      window.clearInterval(pulse);
      closeAll();
      window.removeEventListener('offline', goneOffline);
      window.removeEventListener('online', backOnline);
      window.removeEventListener('pagehide', sayGoodbye);
    },
  };
}
