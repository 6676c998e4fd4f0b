// A call as React state: one session for a mounted room, fed with the present camera and microphone.
import { useCallback, useEffect, useRef, useState } from 'react';
import { type CallSession, type CallView, startCall } from '../session';
import type { UseDevices } from './use-devices';

export function signalUrl(location: { protocol: string; host: string }, roomId: string): string {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  return `${scheme}://${location.host}/api/v1/rooms/${encodeURIComponent(roomId)}/signal`;
}

export interface UseCall {
  view: CallView | null;
  join: () => void;
  leave: () => void;
}

export function useCall(roomId: string, devices: UseDevices): UseCall {
  const [view, setView] = useState<CallView | null>(null);
  const session = useRef<CallSession | null>(null);
  const { audio, video, audioOn, videoOn } = devices;

  useEffect(() => {
    session.current?.setTrack('audio', audio);
  }, [audio]);
  useEffect(() => {
    session.current?.setTrack('video', video);
  }, [video]);
  useEffect(() => {
    session.current?.setMuted(!audioOn, !videoOn);
  }, [audioOn, videoOn]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another room is another call
  useEffect(
    () => () => {
      session.current?.dispose();
      session.current = null;
    },
    [roomId],
  );

  const join = useCallback(() => {
    session.current?.dispose();
    session.current = startCall(signalUrl(window.location, roomId), { audio, video }, setView);
    session.current.join();
    session.current.setMuted(!audioOn, !videoOn);
  }, [roomId, audio, video, audioOn, videoOn]);

  return { view, join, leave: () => session.current?.leave() };
}
