// How loud the microphone hears, 0 to 1, about fifteen times a second.
import { useEffect, useState } from 'react';

export function useLevel(track: MediaStreamTrack | null): number {
  const [level, setLevel] = useState(0);
  useEffect(() => {
    if (!track || typeof AudioContext === 'undefined') return;
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 512;
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Uint8Array(analyser.fftSize);
    const timer = window.setInterval(() => {
      analyser.getByteTimeDomainData(samples);
      let sum = 0;
      for (const sample of samples) sum += ((sample - 128) / 128) ** 2;
      // Speech lies around 0.05 to 0.2: the root spreads it over the bar.
      setLevel(Math.min(1, Math.sqrt(Math.sqrt(sum / samples.length)) * 1.4));
    }, 66);
    return () => {
      window.clearInterval(timer);
      void context.close();
      setLevel(0);
    };
  }, [track]);
  return level;
}
