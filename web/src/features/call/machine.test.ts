import { describe, expect, it } from 'vitest';
import { type CallState, type Happening, initialState, retryDelay, step } from './machine';
import { others, type Participant, parse, type ServerMessage } from './protocol';

function person(id: string, joined_at = '2026-01-01T00:00:00.000Z'): Participant {
  return { id, name: id, organisation: 'o', audio_muted: false, video_muted: false, joined_at };
}

function message(it: ServerMessage): Happening {
  return { type: 'message', message: it };
}

function stateAfter(...happenings: Happening[]): CallState {
  return happenings.reduce((state, happening) => step(state, happening).state, initialState());
}

const joined = message({ type: 'joined', protocol: 1, me: 'a', participants: [person('a')] });
const inCall: Happening[] = [{ type: 'join_wanted' }, { type: 'socket_opened' }, joined];

describe('a call', () => {
  it('says join first, with the protocol it speaks', () => {
    const wanted = step(initialState(), { type: 'join_wanted' });
    expect(wanted.effects).toEqual([{ do: 'open_socket' }]);
    const opened = step(wanted.state, { type: 'socket_opened' });
    expect(opened.effects).toEqual([{ do: 'send', message: { type: 'join', protocol: 1 } }]);
  });

  it('publishes, watches and tells what is muted once it has joined', () => {
    const before = step(initialState({ audio: false, video: true }), { type: 'join_wanted' }).state;
    const { state, effects } = step(before, joined);
    expect(state.connection.is).toBe('connected');
    expect(effects).toContainEqual({ do: 'publish_and_watch' });
    expect(effects).toContainEqual({ do: 'send', message: { type: 'mute', audio: false, video: true } });
  });

  it('comes back by itself after a loss, waiting longer each time up to five seconds', () => {
    let state = stateAfter(...inCall);
    const waits: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      const lost = step(state, { type: 'lost' });
      const retry = lost.effects.find((effect) => effect.do === 'retry_in');
      waits.push(retry?.do === 'retry_in' ? retry.ms : -1);
      const due = step(lost.state, { type: 'retry_due' });
      expect(due.effects).toEqual([{ do: 'open_socket' }]);
      state = due.state;
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 5000, 5000]);
    expect(step(state, joined).state.connection.is).toBe('connected');
    expect(retryDelay(1)).toBe(500);
  });

  it('forgets the people of the room while it is lost', () => {
    const state = stateAfter(...inCall, message({ type: 'participant_joined', participant: person('b') }), {
      type: 'lost',
    });
    expect(state.connection).toEqual({ is: 'reconnecting', attempt: 1 });
    expect(state.room.participants).toEqual([]);
  });

  it('does not come back after leaving', () => {
    const state = stateAfter(...inCall, { type: 'leave_wanted' });
    expect(state.connection.is).toBe('left');
    expect(step(state, { type: 'lost' }).effects).toEqual([]);
    expect(step(state, { type: 'retry_due' }).effects).toEqual([]);
    expect(step(state, joined).state.connection.is).toBe('left');
  });

  it('can be joined again after leaving', () => {
    const state = stateAfter(...inCall, { type: 'leave_wanted' });
    expect(step(state, { type: 'join_wanted' }).effects).toEqual([{ do: 'open_socket' }]);
  });

  it('ends for good when it is refused or the room is full', () => {
    const full = message({ type: 'error', code: 'media.room-full' });
    expect(stateAfter(...inCall, full).connection).toEqual({ is: 'ended', code: 'media.room-full' });
    const refused = message({ type: 'closed', reason: 'refused' });
    expect(stateAfter(...inCall, refused).connection.is).toBe('ended');
  });

  it('does not knock again when it was shown out', () => {
    const state = stateAfter(...inCall, { type: 'expelled' });
    expect(state.connection).toEqual({ is: 'ended', code: 'media.refused' });
    expect(step(state, { type: 'lost' }).effects).toEqual([]);
  });

  it('comes back when the server was stopped', () => {
    const stopped = message({ type: 'closed', reason: 'stopped' });
    expect(stateAfter(...inCall, stopped).connection.is).toBe('reconnecting');
  });

  it('goes on after a refusal that is not fatal', () => {
    const state = stateAfter(...inCall, message({ type: 'error', code: 'media.sdp-invalid' }));
    expect(state.connection.is).toBe('connected');
    expect(state.warning).toBe('media.sdp-invalid');
  });

  it('remembers a mute given while the line is cut and tells it on return', () => {
    const cut = stateAfter(...inCall, { type: 'lost' });
    const muted = step(cut, { type: 'mute_wanted', audio: true, video: false });
    expect(muted.effects).toEqual([]);
    expect(step(muted.state, joined).effects).toContainEqual({
      do: 'send',
      message: { type: 'mute', audio: true, video: false },
    });
  });
});

describe('the room', () => {
  it('keeps people in the order in which they came', () => {
    const state = stateAfter(
      ...inCall,
      message({ type: 'participant_joined', participant: person('c', '2026-01-01T00:02:00.000Z') }),
      message({ type: 'participant_joined', participant: person('b', '2026-01-01T00:01:00.000Z') }),
      message({
        type: 'participant_changed',
        participant: { ...person('b', '2026-01-01T00:01:00.000Z'), audio_muted: true },
      }),
    );
    expect(state.room.participants.map((it) => it.id)).toEqual(['a', 'b', 'c']);
    expect(state.room.participants[1]?.audio_muted).toBe(true);
    expect(others(state.room).map((it) => it.id)).toEqual(['b', 'c']);
  });

  it('frees the slots of someone who left', () => {
    const state = stateAfter(
      ...inCall,
      message({ type: 'participant_joined', participant: person('b') }),
      message({ type: 'slots', slots: [{ mid: '0', kind: 'audio', participant: 'b' }] }),
      message({ type: 'participant_left', id: 'b', reason: 'left' }),
    );
    expect(state.room.slots).toEqual([{ mid: '0', kind: 'audio', participant: null }]);
    expect(others(state.room)).toEqual([]);
  });
});

describe('a frame from the server', () => {
  it('is skipped when it is not of this protocol', () => {
    expect(parse('{"type":"dance"}')).toBeNull();
    expect(parse('not json')).toBeNull();
    expect(parse('null')).toBeNull();
    expect(parse('{"type":"pong"}')).toEqual({ type: 'pong' });
  });
});
