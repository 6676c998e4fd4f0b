// Messages that are not sent yet, on the device with their photographs and recordings, for the person who wrote them: a
// closed page or an empty battery loses nothing. They go when they are sent or thrown away, and after 14 days.

import type { AttachmentKind, Id } from '@/lib/contract';
import { noteUnsent } from '@/lib/unsent';

export interface PendingFile {
  id: Id;
  kind: AttachmentKind;
  name: string;
  blob: Blob;
  durationMs: number | null;
}

export interface Unsent {
  id: Id;
  person: Id;
  thread: Id;
  text: string;
  files: PendingFile[];
  at: number;
}

const KEEP_MS = 14 * 86_400_000;
const TABLE = 'unsent';

let opened: Promise<IDBDatabase> | null = null;

function open(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('consult.messages', 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: 'id' });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function run<T>(mode: IDBTransactionMode, act: (table: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const base = await open();
  return new Promise((resolve, reject) => {
    const transaction = base.transaction(TABLE, mode);
    const request = act(transaction.objectStore(TABLE));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
  });
}

/** Whether it is safe on the device. */
export async function keep(unsent: Unsent): Promise<boolean> {
  try {
    await run('readwrite', (table) => table.put(unsent));
    noteUnsent(true);
    return true;
  } catch {
    return false;
  }
}

export async function drop(id: Id): Promise<void> {
  try {
    await run('readwrite', (table) => table.delete(id));
    noteUnsent((await run('readonly', (table) => table.count())) > 0);
  } catch {
    // Without storage there is nothing to drop.
  }
}

/** What this person has not sent, in this thread or in all, the oldest first. */
export async function kept(person: Id, thread: Id | null, now: number): Promise<Unsent[]> {
  try {
    const all = await run<Unsent[]>('readonly', (table) => table.getAll());
    for (const old of all.filter((one) => now - one.at > KEEP_MS)) void drop(old.id);
    return all
      .filter(
        (one) =>
          one.person === person && (thread === null || one.thread === thread) && now - one.at <= KEEP_MS,
      )
      .sort((a, b) => a.at - b.at);
  } catch {
    return [];
  }
}
