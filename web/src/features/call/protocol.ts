// Signalling protocol 1 of a room, as JSON text frames on a WebSocket: message shapes, parsing, and the
// picture of the room they add up to. Knows nothing of the page, of sockets or of peer connections.

export const protocolVersion = 1;

export interface Participant {
  /** One for each connection: the same person coming back is a new participant. */
  id: string;
  name: string;
  organisation: string;
  audio_muted: boolean;
  video_muted: boolean;
  joined_at: string;
}

export interface Slot {
  mid: string;
  kind: 'audio' | 'video';
  participant: string | null;
}

export type ClientMessage =
  | { type: 'join'; protocol: number }
  | { type: 'publish'; sdp: string }
  | { type: 'watch'; sdp: string }
  | { type: 'mute'; audio: boolean; video: boolean }
  | { type: 'ping' }
  | { type: 'leave' };

export type LeaveReason = 'left' | 'vanished' | 'unresponsive' | 'refused' | 'stopped';

export type ServerMessage =
  | { type: 'joined'; protocol: number; me: string; participants: Participant[] }
  | { type: 'published'; sdp: string }
  | { type: 'watching'; sdp: string }
  | { type: 'slots'; slots: Slot[] }
  | { type: 'participant_joined'; participant: Participant }
  | { type: 'participant_changed'; participant: Participant }
  | { type: 'participant_left'; id: string; reason: LeaveReason }
  | { type: 'pong' }
  | { type: 'error'; code: string }
  | { type: 'closed'; reason: LeaveReason };

const serverTypes: ReadonlySet<string> = new Set<ServerMessage['type']>([
  'joined',
  'published',
  'watching',
  'slots',
  'participant_joined',
  'participant_changed',
  'participant_left',
  'pong',
  'error',
  'closed',
]);

/** Messages of a later protocol are skipped, not fatal: additive changes must not end a running call. */
export function parse(text: string): ServerMessage | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('type' in value)) return null;
    return typeof value.type === 'string' && serverTypes.has(value.type) ? (value as ServerMessage) : null;
  } catch {
    return null;
  }
}

export interface Room {
  me: string | null;
  participants: Participant[];
  slots: Slot[];
}

export const emptyRoom: Room = { me: null, participants: [], slots: [] };

/** The room after a message; messages that do not concern its picture leave it as it is. */
export function roomAfter(room: Room, message: ServerMessage): Room {
  switch (message.type) {
    case 'joined':
      return { me: message.me, participants: sorted(message.participants), slots: [] };
    case 'participant_joined':
    case 'participant_changed':
      return {
        ...room,
        participants: sorted([...without(room, message.participant.id), message.participant]),
      };
    case 'participant_left':
      return {
        ...room,
        participants: without(room, message.id),
        slots: room.slots.map((slot) =>
          slot.participant === message.id ? { ...slot, participant: null } : slot,
        ),
      };
    case 'slots':
      return { ...room, slots: message.slots };
    case 'published':
    case 'watching':
    case 'pong':
    case 'error':
    case 'closed':
      return room;
  }
}

export function others(room: Room): Participant[] {
  return room.participants.filter((participant) => participant.id !== room.me);
}

function without(room: Room, id: string): Participant[] {
  return room.participants.filter((participant) => participant.id !== id);
}

/** Oldest first, so that tiles do not jump when somebody's state changes. */
function sorted(participants: Participant[]): Participant[] {
  return [...participants].sort((a, b) => a.joined_at.localeCompare(b.joined_at) || a.id.localeCompare(b.id));
}
