// The server's time as this page knows it: deadlines run by it, so that a wrong clock on the desk's PC does not lie.

export class ServerClock {
  #offset = 0;
  #exact = false;

  /** `at` is the server's time in an answer that left `sent` and came back `received` (both by the local clock). */
  set(at: number, sent: number, received: number): void {
    this.#offset = at - (sent + received) / 2;
    this.#exact = true;
  }

  /** A time with one-second resolution: taken only when it disagrees by more than that can explain. */
  hint(at: number, now: number = Date.now()): void {
    if (Number.isNaN(at)) return;
    if (this.#exact && Math.abs(at - (now + this.#offset)) < 3000) return;
    this.#offset = at - now;
  }

  now(local: number = Date.now()): number {
    return local + this.#offset;
  }
}

export const clock = new ServerClock();
