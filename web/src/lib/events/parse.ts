// Server-sent events from text chunks (WHATWG HTML §9.2.6). Pure: bytes come from outside, in any cut.

export interface ServerEvent {
  id: string | null;
  event: string;
  data: string;
}

export class EventParser {
  #rest = '';
  #id: string | null = null;
  #event = '';
  #data: string[] = [];

  /** The events that `chunk` completes. A comment (keep-alive) completes none. */
  push(chunk: string): ServerEvent[] {
    this.#rest += chunk;
    const done: ServerEvent[] = [];
    for (;;) {
      const end = this.#rest.search(/\r\n|\n|\r/);
      // A lone carriage return at the very end may be the first half of a pair.
      if (end < 0 || (this.#rest[end] === '\r' && end === this.#rest.length - 1)) return done;
      const line = this.#rest.slice(0, end);
      this.#rest = this.#rest.slice(end + (this.#rest.startsWith('\r\n', end) ? 2 : 1));
      const event = this.#line(line);
      if (event) done.push(event);
    }
  }

  #line(line: string): ServerEvent | null {
    if (line === '') {
      const event =
        this.#data.length > 0
          ? { id: this.#id, event: this.#event || 'message', data: this.#data.join('\n') }
          : null;
      this.#event = '';
      this.#data = [];
      return event;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return null;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') this.#data.push(value);
    else if (field === 'event') this.#event = value;
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    return null;
  }
}
