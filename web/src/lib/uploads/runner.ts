// Runs the queue over tus 1.0: each file is one resumable upload, taken up again from the bytes that the server has.
// One runner belongs to one consult; the page subscribes to its queue.

import type { DetailedError, Upload as TusUpload } from 'tus-js-client';
import { call, reportSignedOut } from '../api';
import type { Upload } from '../contract';
import { Problem } from '../problem';
import type { PickedFile } from './collect';
import { EMPTY_QUEUE, nextLook, type Queue, type QueueEvent, step, toStart } from './queue';

const TELL_EVERY_MS = 120;
/** No answer, signed out, still locked by a request that was cut, too many, restarting: worth another try by itself. */
const PASSING = new Set([0, 401, 423, 429, 502, 503, 504]);

export interface UploadTarget {
  patient: string;
  consult: string;
}

export class UploadRunner {
  #queue: Queue = EMPTY_QUEUE;
  #shown: Queue = EMPTY_QUEUE;
  #files = new Map<string, File>();
  #active = new Map<string, TusUpload>();
  #urls = new Map<string, string>();
  #listeners = new Set<() => void>();
  #telling: ReturnType<typeof setTimeout> | undefined;
  #looking: ReturnType<typeof setTimeout> | undefined;
  #target: UploadTarget;
  #onStored: () => void;

  constructor(target: UploadTarget, onStored: () => void) {
    this.#target = target;
    this.#onStored = onStored;
    if (!navigator.onLine) this.#queue = step(this.#queue, { kind: 'offline' });
  }

  /** While somebody watches, the runner also follows the state of the line. */
  subscribe = (listener: () => void): (() => void) => {
    if (this.#listeners.size === 0) {
      window.addEventListener('online', this.#online);
      window.addEventListener('offline', this.#offline);
    }
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) {
        window.removeEventListener('online', this.#online);
        window.removeEventListener('offline', this.#offline);
      }
    };
  };

  snapshot = (): Queue => this.#shown;

  add(files: PickedFile[]): void {
    const added = files.map(({ name, file }) => {
      const key = `${name} ${file.size} ${file.lastModified}`;
      this.#files.set(key, file);
      return { key, name, size: file.size };
    });
    this.#take({ kind: 'added', files: added });
  }

  retry(key: string): void {
    this.#take({ kind: 'retried', key });
  }

  retryAll(): void {
    this.#take({ kind: 'retriedAll' });
  }

  remove(key: string): void {
    this.#stop(key);
    this.#files.delete(key);
    this.#take({ kind: 'removed', key });
  }

  pause(): void {
    this.#take({ kind: 'paused' });
  }

  resume(): void {
    this.#take({ kind: 'resumed' });
  }

  #online = () => this.#take({ kind: 'online' });
  #offline = () => this.#take({ kind: 'offline' });

  #take(event: QueueEvent): void {
    this.#queue = step(this.#queue, event);
    if (this.#queue.paused || !this.#queue.online) {
      for (const key of [...this.#active.keys()]) this.#stop(key);
    }
    for (const key of toStart(this.#queue, Date.now())) {
      this.#queue = step(this.#queue, { kind: 'started', key });
      void this.#send(key);
    }
    const look = nextLook(this.#queue, Date.now());
    clearTimeout(this.#looking);
    if (look !== null)
      this.#looking = setTimeout(() => this.#take({ kind: 'added', files: [] }), look - Date.now());
    this.#tell();
  }

  /** Three hundred files report often; the page is told a few times a second. */
  #tell(): void {
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined;
      this.#shown = this.#queue;
      for (const listener of this.#listeners) listener();
    }, TELL_EVERY_MS);
  }

  #stop(key: string): void {
    const upload = this.#active.get(key);
    this.#active.delete(key);
    void upload?.abort().catch(() => undefined);
  }

  async #send(key: string): Promise<void> {
    const file = this.#files.get(key);
    const item = this.#queue.items.find((candidate) => candidate.key === key);
    if (!file || !item) return;
    const { Upload: Tus } = await import('tus-js-client');
    if (this.#active.has(key) || this.#queue.paused || !this.#queue.online) return;
    const known = this.#urls.get(key);
    const upload = new Tus(file, {
      endpoint: '/uploads',
      ...(known ? { uploadUrl: known } : {}),
      metadata: { filename: item.name, ...this.#target },
      // The queue decides when to try again.
      retryDelays: null,
      storeFingerprintForResuming: false,
      onUploadUrlAvailable: () => {
        if (upload.url) this.#urls.set(key, upload.url);
      },
      onProgress: (sent) => this.#active.get(key) === upload && this.#take({ kind: 'progressed', key, sent }),
      onSuccess: () => void this.#finish(key, upload),
      onError: (error) => this.#fail(key, upload, error),
    });
    this.#active.set(key, upload);
    upload.start();
  }

  /** The last byte is acknowledged only when the file is stored; the outcome is asked for. */
  async #finish(key: string, upload: TusUpload): Promise<void> {
    if (this.#active.get(key) !== upload) return;
    const id = upload.url?.split('/').pop()?.split('?')[0] ?? '';
    try {
      const outcome = await call<Upload>('GET', `uploads/${id}`);
      this.#active.delete(key);
      this.#take({ kind: 'succeeded', key, results: outcome.results });
      this.#onStored();
    } catch (error) {
      this.#active.delete(key);
      if (error instanceof Problem && error.status > 0 && error.status !== 503) {
        this.#take({ kind: 'failed', key, code: error.code });
      } else {
        this.#take({ kind: 'cut', key, at: Date.now() });
      }
    }
  }

  #fail(key: string, upload: TusUpload, error: Error | DetailedError): void {
    if (this.#active.get(key) !== upload) return;
    this.#active.delete(key);
    const response = 'originalResponse' in error ? error.originalResponse : null;
    const status = response?.getStatus() ?? 0;
    // The server gave the unfinished upload up (404, 410): it begins anew. On a first request it is a refusal.
    const forgotten = (status === 404 || status === 410) && this.#urls.delete(key);
    if (status === 401) reportSignedOut();
    if (forgotten || PASSING.has(status)) {
      this.#take({ kind: 'cut', key, at: Date.now() });
      return;
    }
    this.#urls.delete(key);
    this.#take({ kind: 'failed', key, code: codeOf(response?.getBody()) ?? `http.${status}` });
  }
}

function codeOf(body: string | undefined): string | null {
  try {
    const parsed: unknown = JSON.parse(body ?? '');
    return typeof parsed === 'object' && parsed !== null && 'code' in parsed ? String(parsed.code) : null;
  } catch {
    return null;
  }
}
