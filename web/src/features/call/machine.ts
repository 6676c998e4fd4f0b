// The life of a call as a pure machine: what happened and the state go in, the new state and what is to
// be done come out. `session.ts` does what is asked; nothing here touches a socket, a clock or the page.
import {
  type ClientMessage,
  emptyRoom,
  protocolVersion,
  type Room,
  roomAfter,
  type ServerMessage,
} from './protocol';

export type Connection =
  | { is: 'idle' }
  | { is: 'connecting' }
  | { is: 'connected' }
  /** Lost and coming back by itself; `attempt` counts from 1. */
  | { is: 'reconnecting'; attempt: number }
  | { is: 'left' }
  | { is: 'ended'; code: string };

export interface CallState {
  connection: Connection;
  room: Room;
  muted: { audio: boolean; video: boolean };
  /** The newest refusal that did not end the call. */
  warning: string | null;
}

export type Happening =
  | { type: 'join_wanted' }
  | { type: 'socket_opened' }
  | { type: 'message'; message: ServerMessage }
  | { type: 'lost' }
  /** The server closed the line because this person may not be here. */
  | { type: 'expelled' }
  | { type: 'retry_due' }
  | { type: 'mute_wanted'; audio: boolean; video: boolean }
  | { type: 'leave_wanted' };

export type Effect =
  | { do: 'open_socket' }
  | { do: 'send'; message: ClientMessage }
  | { do: 'publish_and_watch' }
  | { do: 'apply_answer'; to: 'publish' | 'watch'; sdp: string }
  | { do: 'close' }
  | { do: 'retry_in'; ms: number };

export interface Step {
  state: CallState;
  effects: Effect[];
}

export function initialState(muted = { audio: false, video: false }): CallState {
  return { connection: { is: 'idle' }, room: emptyRoom, muted, warning: null };
}

/** 0.5 s, 1 s, 2 s, 4 s, then every 5 s: a cut of a few seconds is repaired before anyone asks. */
export function retryDelay(attempt: number): number {
  return Math.min(5000, 500 * 2 ** (attempt - 1));
}

/** Refusals after which trying again cannot help. */
const fatal: ReadonlySet<string> = new Set([
  'media.protocol-unsupported',
  'media.room-full',
  'media.too-many-rooms',
]);

export function step(state: CallState, happening: Happening): Step {
  switch (happening.type) {
    case 'join_wanted':
      if (isOver(state) || state.connection.is === 'idle') {
        return to(
          { ...state, connection: { is: 'connecting' }, room: emptyRoom, warning: null },
          { do: 'open_socket' },
        );
      }
      return stay(state);
    case 'socket_opened':
      return to(state, { do: 'send', message: { type: 'join', protocol: protocolVersion } });
    case 'message':
      return isOver(state) ? stay(state) : afterMessage(state, happening.message);
    case 'lost':
      return afterLoss(state);
    case 'expelled':
      return isOver(state) ? stay(state) : end(state, 'media.refused');
    case 'retry_due':
      return state.connection.is === 'reconnecting' ? to(state, { do: 'open_socket' }) : stay(state);
    case 'mute_wanted':
      return afterMute(state, { audio: happening.audio, video: happening.video });
    case 'leave_wanted':
      if (isOver(state)) return stay(state);
      return to(
        { ...state, connection: { is: 'left' }, room: emptyRoom },
        { do: 'send', message: { type: 'leave' } },
        { do: 'close' },
      );
  }
}

function afterMessage(state: CallState, message: ServerMessage): Step {
  const next = { ...state, room: roomAfter(state.room, message) };
  switch (message.type) {
    case 'joined':
      return to(
        { ...next, connection: { is: 'connected' }, warning: null },
        { do: 'publish_and_watch' },
        { do: 'send', message: { type: 'mute', ...state.muted } },
      );
    case 'published':
      return to(next, { do: 'apply_answer', to: 'publish', sdp: message.sdp });
    case 'watching':
      return to(next, { do: 'apply_answer', to: 'watch', sdp: message.sdp });
    case 'error':
      return fatal.has(message.code) ? end(state, message.code) : stay({ ...next, warning: message.code });
    case 'closed':
      // A server that stops comes back, and so do we; one that refuses has said why just before.
      return message.reason === 'refused' ? end(state, state.warning ?? 'media.refused') : afterLoss(state);
    case 'slots':
    case 'participant_joined':
    case 'participant_changed':
    case 'participant_left':
    case 'pong':
      return stay(next);
  }
}

function afterLoss(state: CallState): Step {
  if (isOver(state) || state.connection.is === 'idle') return stay(state);
  const attempt = state.connection.is === 'reconnecting' ? state.connection.attempt + 1 : 1;
  return to(
    { ...state, connection: { is: 'reconnecting', attempt }, room: emptyRoom },
    { do: 'close' },
    { do: 'retry_in', ms: retryDelay(attempt) },
  );
}

function afterMute(state: CallState, muted: CallState['muted']): Step {
  const next = { ...state, muted };
  if (state.connection.is !== 'connected') return stay(next);
  return to(next, { do: 'send', message: { type: 'mute', ...muted } });
}

function end(state: CallState, code: string): Step {
  return to({ ...state, connection: { is: 'ended', code }, room: emptyRoom }, { do: 'close' });
}

function isOver(state: CallState): boolean {
  return state.connection.is === 'left' || state.connection.is === 'ended';
}

function stay(state: CallState): Step {
  return { state, effects: [] };
}

function to(state: CallState, ...effects: Effect[]): Step {
  return { state, effects };
}
