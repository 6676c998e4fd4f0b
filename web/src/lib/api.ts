// The only place that talks HTTP to the server. Adds the version (`If-Match`) and the language, turns errors into
// `Problem`, and tells the session when the server no longer knows the caller. Knows no screen.

import { clock } from './clock';
import { Problem, problemOf, UNREADABLE, unreachable } from './problem';

export interface CallOptions {
  query?: Record<string, string | number | boolean | null | undefined>;
  body?: unknown;
  /** The version the caller saw; sent as `If-Match`. */
  version?: number;
  /** The same for every repetition of one command, so that it has one effect; sent as `Idempotency-Key`. */
  key?: string;
  signal?: AbortSignal;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Listener = (problem: Problem) => void;

let language = 'zh-CN';
let onSignedOut: Listener = () => undefined;
const reachability = new Set<(reachable: boolean, tookMs: number) => void>();

export function setApiLanguage(next: string): void {
  language = next;
}

/** Called for 401 on anything but the sign-in itself. */
export function whenSignedOut(listener: Listener): void {
  onSignedOut = listener;
}

/** For uploads, which do not go through `call`: the server no longer knows the caller. */
export function reportSignedOut(): void {
  onSignedOut(new Problem({ code: 'access.session-expired', status: 401 }));
}

/** Told after every call whether the server answered and how long it took. */
export function whenReached(listener: (reachable: boolean, tookMs: number) => void): () => void {
  reachability.add(listener);
  return () => reachability.delete(listener);
}

function report(reachable: boolean, tookMs: number): void {
  for (const listener of reachability) listener(reachable, tookMs);
}

function address(path: string, query: CallOptions['query']): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== null && value !== undefined && value !== '') search.set(key, String(value));
  }
  const tail = search.toString();
  return `/api/v1/${path}${tail ? `?${tail}` : ''}`;
}

/** Refusals of a sign-in that is under way: no session has ended. */
const AT_THE_DOOR = new Set([
  'access.wrong-credentials',
  'access.second-factor-needed',
  'access.activation-refused',
  'access.code-wrong',
  'access.challenge-over',
  'access.oidc-over',
]);

async function send(url: string, init: RequestInit): Promise<Response> {
  const started = performance.now();
  let response: Response;
  try {
    response = await fetch(url, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    report(false, performance.now() - started);
    throw unreachable();
  }
  report(true, performance.now() - started);
  if (response.ok) return response;
  const problem = await problemOf(response);
  if (problem.status === 401 && !AT_THE_DOOR.has(problem.code)) onSignedOut(problem);
  throw problem;
}

/** `path` is below /api/v1, without a leading slash. Answers the parsed body, or `undefined` for 204. */
export async function call<T>(method: Method, path: string, options: CallOptions = {}): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json', 'accept-language': language };
  if (options.body !== undefined) headers['content-type'] = 'application/json';
  if (options.version !== undefined) headers['if-match'] = `"${options.version}"`;
  if (options.key !== undefined) headers['idempotency-key'] = options.key;
  const init: RequestInit = { method, headers };
  if (options.body !== undefined) init.body = JSON.stringify(options.body);
  if (options.signal) init.signal = options.signal;
  const response = await send(address(path, options.query), init);
  if (response.status === 204) return undefined as T;
  try {
    return (await response.json()) as T;
  } catch {
    throw new Problem({ code: UNREADABLE, status: response.status });
  }
}

/** Sends a file as it is; the server looks at its bytes, whatever the browser takes it for. */
export async function callFile<T>(path: string, file: Blob, query: CallOptions['query']): Promise<T> {
  const headers = {
    accept: 'application/json',
    'accept-language': language,
    'content-type': file.type || 'application/octet-stream',
  };
  const response = await send(address(path, query), { method: 'POST', headers, body: file });
  return (await response.json()) as T;
}

/**
 * Puts a file under an id of our own making and tells how far it is. Not by `fetch`, which says nothing of what was sent;
 * what comes back is the same, so the answer is read as any other.
 */
export function putFile<T>(
  path: string,
  file: Blob,
  query: CallOptions['query'],
  onProgress: (share: number) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const started = performance.now();
    request.open('PUT', address(path, query));
    request.responseType = 'text';
    request.setRequestHeader('accept-language', language);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onerror = () => {
      report(false, performance.now() - started);
      reject(unreachable());
    };
    request.onload = () => {
      report(true, performance.now() - started);
      const headers = { 'content-type': request.getResponseHeader('content-type') ?? '' };
      const answer = new Response(request.responseText || null, { status: request.status, headers });
      if (answer.ok) {
        answer.json().then((body) => resolve(body as T), reject);
        return;
      }
      void problemOf(answer).then((problem) => {
        if (problem.status === 401) onSignedOut(problem);
        reject(problem);
      });
    };
    request.send(file);
  });
}

/** Binary bodies, such as the samples of an ECG. */
export async function callBinary(path: string, signal?: AbortSignal): Promise<ArrayBuffer> {
  const init: RequestInit = { headers: { 'accept-language': language } };
  if (signal) init.signal = signal;
  const response = await send(address(path, undefined), init);
  return response.arrayBuffer();
}

/** A stream that stays open, for server-sent events. */
export async function openStream(
  path: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Response> {
  const response = await send(address(path, undefined), {
    headers: { accept: 'text/event-stream', ...headers },
    cache: 'no-store',
    signal,
  });
  const date = response.headers.get('date');
  if (date) clock.hint(Date.parse(date));
  return response;
}

/**
 * DICOM JSON (PS3.18 Annex F); `path` is below /dicom-web, without a leading slash. Frames are the one thing that does
 * not come this way: the viewer's engine fetches them in its own queue.
 */
export async function callDicomWeb<T>(path: string, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = { headers: { accept: 'application/dicom+json', 'accept-language': language } };
  if (signal) init.signal = signal;
  const response = await send(`/dicom-web/${path}`, init);
  try {
    return (await response.json()) as T;
  } catch {
    throw new Problem({ code: UNREADABLE, status: response.status });
  }
}
