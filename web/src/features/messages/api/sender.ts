// Sends the messages of one thread in their order: each attachment first, then the message that names them. What does not
// get through waits and is tried again; what the server refuses waits for the person. An id is kept over all attempts, so
// that a message arrives once.

import type { AttachmentKind, Id, Message } from '@/lib/contract';
import { asProblem, isTransient, type Problem } from '@/lib/problem';
import { putDocument, sendMessage } from '@/lib/queries/threads';
import { drop, keep, kept, type PendingFile, type Unsent } from './store';

export interface Pending {
  unsent: Unsent;
  state: 'waiting' | 'sending' | 'failed';
  /** How much of its attachments is there, 0 to 1. */
  share: number;
  problem: Problem | null;
  /** Whether it would survive the end of the page. */
  safe: boolean;
}

/** The doors of the sender, so that a test can stand in for the server. */
export interface Doors {
  put: typeof putDocument;
  send: typeof sendMessage;
}

const AGAIN_MS = [2_000, 5_000, 15_000, 30_000];

export class Sender {
  #pending: readonly Pending[] = [];
  #listeners = new Set<() => void>();
  #hearers = new Set<(message: Message) => void>();
  #running = false;
  #failures = 0;
  #again: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(
    readonly person: Id,
    readonly thread: Id,
    private readonly doors: Doors = { put: putDocument, send: sendMessage },
  ) {}

  /** Takes up what was left on the device, and follows the line. */
  start(now: number): () => void {
    this.#ended = false;
    void kept(this.person, this.thread, now).then((left) => {
      const known = new Set(this.#pending.map((one) => one.unsent.id));
      const found = left.filter((unsent) => !known.has(unsent.id)).map((unsent) => waiting(unsent, true));
      this.#set([...found, ...this.#pending]);
      void this.#run();
    });
    const online = () => void this.#run();
    window.addEventListener('online', online);
    return () => {
      this.#ended = true;
      clearTimeout(this.#again);
      window.removeEventListener('online', online);
    };
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  snapshot = (): readonly Pending[] => this.#pending;

  /** Told of each message that has arrived. */
  whenSent(hearer: (message: Message) => void): () => void {
    this.#hearers.add(hearer);
    return () => this.#hearers.delete(hearer);
  }

  add(id: Id, text: string, files: PendingFile[], at: number): void {
    const unsent: Unsent = { id, person: this.person, thread: this.thread, text, files, at };
    this.#set([...this.#pending, waiting(unsent, false)]);
    void keep(unsent).then((safe) => this.#change(id, { safe }));
    void this.#run();
  }

  retry(id: Id): void {
    this.#change(id, { state: 'waiting', problem: null });
    void this.#run();
  }

  discard(id: Id): void {
    this.#set(this.#pending.filter((one) => one.unsent.id !== id));
    void drop(id);
  }

  #set(next: readonly Pending[]): void {
    this.#pending = next;
    for (const listener of this.#listeners) listener();
  }

  #change(id: Id, change: Partial<Pending>): void {
    this.#set(this.#pending.map((one) => (one.unsent.id === id ? { ...one, ...change } : one)));
  }

  async #run(): Promise<void> {
    if (this.#running || this.#ended) return;
    clearTimeout(this.#again);
    this.#running = true;
    try {
      let next = this.#next();
      while (next && !this.#ended && (await this.#deliver(next))) next = this.#next();
    } finally {
      this.#running = false;
    }
  }

  #next(): Pending | undefined {
    return this.#pending.find((one) => one.state === 'waiting');
  }

  /** Whether the next may be tried. */
  async #deliver({ unsent }: Pending): Promise<boolean> {
    const { id, files } = unsent;
    this.#change(id, { state: 'sending', problem: null });
    const total = files.reduce((sum, file) => sum + file.blob.size, 0) || 1;
    let before = 0;
    try {
      for (const file of files) {
        const base = before;
        await this.doors.put(file.id, file.name, this.person, file.blob, (share) =>
          this.#change(id, { share: (base + share * file.blob.size) / total }),
        );
        before += file.blob.size;
      }
      const message = await this.doors.send(this.thread, {
        id,
        author_id: this.person,
        text: unsent.text,
        attachments: files.map((file) => ({
          document_id: file.id,
          kind: file.kind,
          duration_ms: file.durationMs,
        })),
      });
      this.#failures = 0;
      for (const hearer of this.#hearers) hearer(message);
      this.discard(id);
      return true;
    } catch (error) {
      const problem = asProblem(error);
      // Signed out, or somebody else is here: it goes on when its author is back.
      if (isTransient(problem) || problem.status === 401 || problem.code === 'message.written-by-another') {
        this.#change(id, { state: 'waiting', problem });
        const pause = AGAIN_MS[Math.min(this.#failures++, AGAIN_MS.length - 1)];
        this.#again = setTimeout(() => void this.#run(), pause);
        return false;
      }
      this.#change(id, { state: 'failed', problem });
      return true;
    }
  }
}

function waiting(unsent: Unsent, safe: boolean): Pending {
  return { unsent, state: 'waiting', share: 0, problem: null, safe };
}

/** How a file is meant to be shown. */
export const kindOf = (shows: boolean): AttachmentKind => (shows ? 'photo' : 'file');
