// The product as its users meet it: the real binary with the demo alliance, in a folder of its own, on free loopback
// ports. Each test file starts one. CONSULT_SERVER names another binary than the release build.

import { execFile, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

export const ROOT = resolve(import.meta.dirname, '../..');
export const SCREENSHOTS = join(ROOT, 'target/screenshots');
const SERVER = resolve(process.env.CONSULT_SERVER ?? join(ROOT, 'target/release/consult-server'));
const READY_WITHIN_MS = 180_000;

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

export class Product {
  /**
   * Starts it and answers when it is ready. `studies: false` leaves the demo's images out, which is faster; `settings`
   * are further variables of the environment.
   */
  static async start({ studies = true, settings = {} } = {}) {
    if (!existsSync(SERVER)) throw new Error(`${SERVER} is missing: run \`make build\``);
    const product = new Product();
    product.folder = mkdtempSync(join(tmpdir(), 'consult-browser-'));
    product.http = await freePort();
    product.dimse = await freePort();
    product.media = await freePort();
    product.studies = studies;
    product.settings = settings;
    process.on('exit', () => product.child?.kill('SIGKILL'));
    await product.run();
    return product;
  }

  get address() {
    return `http://localhost:${this.http}`;
  }

  async run() {
    const log = openSync(join(this.folder, 'log'), 'a');
    const child = spawn(SERVER, ['serve', '--demo'], {
      cwd: this.folder,
      env: this.environment(),
      stdio: ['ignore', 'pipe', log],
    });
    this.child = child;
    this.exited = once(child, 'exit');
    await this.greeted();
  }

  environment() {
    return {
      ...process.env,
      CONSULT__HTTP__LISTEN: `127.0.0.1:${this.http}`,
      CONSULT__HTTP__PUBLIC_URL: this.address,
      CONSULT__METRICS__LISTEN: '127.0.0.1:0',
      CONSULT__MEDIA__UDP: `127.0.0.1:${this.media}`,
      CONSULT__DIMSE__LISTEN: `127.0.0.1:${this.dimse}`,
      CONSULT__DEMO__STUDIES: String(this.studies),
      ...this.settings,
    };
  }

  /** Another command of the binary at the same data, beside the server; answers what it prints. */
  async command(...words) {
    const { stdout } = await promisify(execFile)(SERVER, words, { cwd: this.folder, env: this.environment() });
    return stdout;
  }

  /** The server prints its address once it is ready. */
  async greeted() {
    let said = '';
    const tooLate = AbortSignal.timeout(READY_WITHIN_MS);
    const heard = new Promise((ready) => {
      this.child.stdout.on('data', (bytes) => {
        said += bytes;
        if (said.includes(this.address)) ready();
      });
    });
    const late = once(tooLate, 'abort').then(() => {
      throw new Error(`the server was not ready in time\n${this.log()}`);
    });
    const ended = this.exited.then(() => {
      throw new Error(`the server ended before it was ready\n${this.log()}`);
    });
    await Promise.race([heard, late, ended]);
    // Whoever loses the race later has nobody to tell.
    late.catch(() => undefined);
    ended.catch(() => undefined);
  }

  log() {
    return readFileSync(join(this.folder, 'log'), 'utf8').slice(-4000);
  }

  /** As by a power cut. */
  async kill() {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  async stop() {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGTERM');
      await this.exited;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
