// A line between a browser and the product that a test can cut: connections break off in the middle of a file or a
// call, and no new ones come through until it is mended. The browser is told nothing.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export class Line {
  #open = new Set();
  #isCut = false;
  #left = Number.POSITIVE_INFINITY;
  #tell = () => undefined;

  static async to(product) {
    const line = new Line();
    line.server = createServer((near) => line.#join(near, product.http)).listen(0, '127.0.0.1');
    // A test that fails before it closes the line must still end.
    line.server.unref();
    await once(line.server, 'listening');
    return line;
  }

  get address() {
    return `http://localhost:${this.server.address().port}`;
  }

  #join(near, port) {
    if (this.#isCut) return near.destroy();
    const far = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ]) {
      this.#open.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        this.#open.delete(one);
        other.destroy();
      });
    }
    far.pipe(near);
    near.on('data', (bytes) => {
      this.#left -= bytes.length;
      far.write(bytes);
      if (this.#left <= 0) this.cut();
    });
    near.on('end', () => far.end());
  }

  cut() {
    this.#isCut = true;
    this.#left = Number.POSITIVE_INFINITY;
    for (const socket of this.#open) socket.destroy();
    this.#tell();
  }

  /** Cuts itself once so many more bytes have gone from the browser to the server; settles when it has. */
  cutAfter(bytes) {
    this.#left = bytes;
    return new Promise((done) => {
      this.#tell = done;
    });
  }

  mend() {
    this.#isCut = false;
  }

  async close() {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }
}
