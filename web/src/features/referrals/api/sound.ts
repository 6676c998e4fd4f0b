// The sound of an emergency: a tone of two notes made by Web Audio, so that no file has to load when it matters. Browsers play
// nothing before somebody has pressed something on the page; until then the state is `blocked`, and the page says so.

const STORED = 'consult.board.volume';
/** Two rising notes, as far apart as a bedside monitor's: heard beside talk, not mistaken for a telephone. */
const NOTES = [
  { hertz: 784, at: 0, seconds: 0.22 },
  { hertz: 1047, at: 0.26, seconds: 0.34 },
] as const;
const FADE_SECONDS = 0.02;

export type SoundState = 'blocked' | 'ready';

let context: AudioContext | null = null;
const listeners = new Set<() => void>();

function made(): AudioContext | null {
  if (context === null && typeof AudioContext !== 'undefined') {
    context = new AudioContext();
    context.onstatechange = () => {
      for (const listener of listeners) listener();
    };
  }
  return context;
}

export const sound = {
  watch(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  state: (): SoundState => (made()?.state === 'running' ? 'ready' : 'blocked'),
  /** Only within a press of the person's does the browser agree. */
  async allow(): Promise<void> {
    await made()?.resume();
    for (const listener of listeners) listener();
  },
  /** `volume` from 0 to 1. Silent while blocked. */
  play(volume: number): void {
    const audio = made();
    if (audio?.state !== 'running' || volume <= 0) return;
    for (const note of NOTES) {
      const tone = audio.createOscillator();
      const gain = audio.createGain();
      const from = audio.currentTime + note.at;
      const until = from + note.seconds;
      tone.frequency.value = note.hertz;
      // Straight edges would crack.
      gain.gain.setValueAtTime(0, from);
      gain.gain.linearRampToValueAtTime(volume, from + FADE_SECONDS);
      gain.gain.setValueAtTime(volume, until - FADE_SECONDS);
      gain.gain.linearRampToValueAtTime(0, until);
      tone.connect(gain).connect(audio.destination);
      tone.start(from);
      tone.stop(until);
    }
  },
};

/** From 0 (muted) to 1. */
export function rememberedVolume(): number {
  try {
    const kept = Number(localStorage.getItem(STORED) ?? '0.6');
    return Number.isFinite(kept) ? Math.min(1, Math.max(0, kept)) : 0.6;
  } catch {
    return 0.6;
  }
}

export function rememberVolume(volume: number): void {
  try {
    localStorage.setItem(STORED, String(volume));
  } catch {
    // Forgotten with the page, nothing else.
  }
}
