// A voice message in the making: the microphone, its level, and the bytes at the end. Knows no screen.

export const LONGEST_MS = 5 * 60_000;
/** Speech needs no more; a minute is 180 kB. */
const BITS = 24_000;
const KINDS = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'];

export interface Voice {
  blob: Blob;
  durationMs: number;
}

export const canRecord = (): boolean =>
  typeof MediaRecorder !== 'undefined' && navigator.mediaDevices?.getUserMedia !== undefined;

export class Recording {
  #chunks: Blob[] = [];
  #began = 0;
  #samples: Uint8Array<ArrayBuffer>;

  private constructor(
    private readonly stream: MediaStream,
    private readonly recorder: MediaRecorder,
    private readonly context: AudioContext,
    private readonly analyser: AnalyserNode,
  ) {
    this.#samples = new Uint8Array(analyser.fftSize);
    recorder.ondataavailable = (event) => {
      if (event.data.size > 0) this.#chunks.push(event.data);
    };
  }

  /** Asks for the microphone; refused with what the browser says. */
  static async begin(): Promise<Recording> {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
    const options: MediaRecorderOptions = { audioBitsPerSecond: BITS, ...(mimeType && { mimeType }) };
    const recorder = new MediaRecorder(stream, options);
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 512;
    context.createMediaStreamSource(stream).connect(analyser);
    const recording = new Recording(stream, recorder, context, analyser);
    recorder.start(1000);
    recording.#began = performance.now();
    return recording;
  }

  elapsed(): number {
    return performance.now() - this.#began;
  }

  /** How loud it is now, 0 to 1. */
  level(): number {
    this.analyser.getByteTimeDomainData(this.#samples);
    let peak = 0;
    for (const sample of this.#samples) peak = Math.max(peak, Math.abs(sample - 128));
    // Speech lies low on the scale: the root spreads it over the bar.
    return Math.min(1, Math.sqrt(peak / 128) * 1.2);
  }

  finish(): Promise<Voice> {
    const durationMs = Math.min(LONGEST_MS, Math.max(1, Math.round(this.elapsed())));
    return new Promise((resolve) => {
      this.recorder.onstop = () => {
        this.#release();
        resolve({ blob: new Blob(this.#chunks, { type: this.recorder.mimeType }), durationMs });
      };
      this.recorder.stop();
    });
  }

  cancel(): void {
    this.recorder.onstop = null;
    if (this.recorder.state !== 'inactive') this.recorder.stop();
    this.#release();
  }

  #release(): void {
    for (const track of this.stream.getTracks()) track.stop();
    void this.context.close();
  }
}
