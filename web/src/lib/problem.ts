// Turns an answer that is an error into a `Problem` with a stable code (RFC 9457). Knows no language: the text comes
// from `locales/*/problems.json` by code, and `problemKey` says which entry serves.

export interface ProblemBody {
  code: string;
  status: number;
  title?: string;
  detail?: string;
  request_id?: string;
  field?: string;
  [extra: string]: unknown;
}

export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly requestId: string | null;
  /** The input the refusal is about, as the server names it. */
  readonly field: string | null;
  readonly body: ProblemBody;
  readonly retryAfter: number | null;

  constructor(body: ProblemBody, retryAfter: number | null = null) {
    super(body.code);
    this.name = 'Problem';
    this.code = body.code;
    this.status = body.status;
    this.requestId = body.request_id ?? null;
    this.field = body.field ?? null;
    this.body = body;
    this.retryAfter = retryAfter;
  }
}

/** Codes that the page makes itself, when no server answered. */
export const UNREACHABLE = 'page.unreachable';
export const UNREADABLE = 'page.unreadable-answer';

export function unreachable(): Problem {
  return new Problem({ code: UNREACHABLE, status: 0 });
}

/** `Retry-After` in seconds; the date form is rare enough to be read as "unknown". */
function retryAfterOf(headers: Headers): number | null {
  const seconds = Number(headers.get('retry-after'));
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null;
}

export async function problemOf(response: Response): Promise<Problem> {
  const fallback: ProblemBody = { code: `http.${response.status}`, status: response.status };
  const requestId = response.headers.get('x-request-id');
  if (requestId) fallback.request_id = requestId;
  const type = response.headers.get('content-type') ?? '';
  if (!type.includes('json')) return new Problem(fallback, retryAfterOf(response.headers));
  try {
    const body: unknown = await response.json();
    if (typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string') {
      return new Problem({ ...fallback, ...body, code: body.code }, retryAfterOf(response.headers));
    }
  } catch {
    // A cut answer: the status still says what happened.
  }
  return new Problem(fallback, retryAfterOf(response.headers));
}

export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem({ code: UNREADABLE, status: 0 });
}

/**
 * The key of the sentence for a problem: its own code, else the class of the status. Codes contain a dot, which
 * i18next reads as nesting; the entries are flat, with the dot written as a slash.
 */
export function problemKey(problem: Problem, known: (key: string) => boolean): string {
  const own = problem.code.replace('.', '/');
  if (known(own)) return own;
  if (problem.status === 0) return 'page/unreachable';
  if (problem.status === 401) return 'access/session-expired';
  if (problem.status === 403) return 'class/forbidden';
  if (problem.status === 404) return 'request/not-found';
  if (problem.status === 409) return 'class/conflict';
  if (problem.status === 412) return 'conflict/changed-meanwhile';
  if (problem.status === 413) return 'class/too-large';
  if (problem.status === 429) return 'class/too-many';
  if (problem.status === 507) return 'class/storage-full';
  if (problem.status >= 500) return 'class/server';
  return 'class/refused';
}

/** Trying the same thing again may help: nothing was refused for its content. */
export function isTransient(problem: Problem): boolean {
  return (
    problem.status === 0 ||
    problem.status === 429 ||
    problem.status === 502 ||
    problem.status === 503 ||
    problem.status === 504
  );
}
