import { describe, expect, it } from 'vitest';
import { EMPTY_QUEUE, nextLook, PARALLEL, type Queue, type QueueEvent, step, toStart, totals } from './queue';

const files = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ key: `k${i}`, name: `IM${i}.dcm`, size: 100 }));
const run = (...events: QueueEvent[]): Queue => events.reduce(step, EMPTY_QUEUE);
const stateOf = (queue: Queue, key: string) => queue.items.find((item) => item.key === key)?.state;

describe('the upload queue', () => {
  it('starts few at once and the next when one is done', () => {
    let queue = run({ kind: 'added', files: files(5) });
    expect(toStart(queue, 0)).toEqual(['k0', 'k1', 'k2']);
    for (const key of toStart(queue, 0)) queue = step(queue, { kind: 'started', key });
    expect(toStart(queue, 0)).toEqual([]);
    queue = step(queue, { kind: 'succeeded', key: 'k1', results: [] });
    expect(toStart(queue, 0)).toEqual(['k3']);
    expect(PARALLEL).toBe(3);
  });

  it('takes the same file once', () => {
    expect(run({ kind: 'added', files: files(2) }, { kind: 'added', files: files(3) }).items).toHaveLength(3);
  });

  it('tries a cut file again by itself, later each time, and gives up in the end', () => {
    let queue = run(
      { kind: 'added', files: files(1) },
      { kind: 'started', key: 'k0' },
      { kind: 'cut', key: 'k0', at: 1000 },
    );
    expect(stateOf(queue, 'k0')).toBe('waiting');
    expect(toStart(queue, 1999)).toEqual([]);
    expect(nextLook(queue, 1999)).toBe(2000);
    expect(toStart(queue, 2000)).toEqual(['k0']);
    for (let i = 0; i < 7; i++) {
      queue = step(step(queue, { kind: 'started', key: 'k0' }), { kind: 'cut', key: 'k0', at: 0 });
    }
    expect(queue.items[0]).toMatchObject({ state: 'failed', code: 'page.unreachable' });
    expect(stateOf(step(queue, { kind: 'retried', key: 'k0' }), 'k0')).toBe('waiting');
  });

  it('forgets earlier cuts once bytes flow', () => {
    const queue = run(
      { kind: 'added', files: files(1) },
      { kind: 'started', key: 'k0' },
      { kind: 'cut', key: 'k0', at: 0 },
      { kind: 'started', key: 'k0' },
      { kind: 'progressed', key: 'k0', sent: 40 },
    );
    expect(queue.items[0]).toMatchObject({ attempts: 0, sent: 40, state: 'sending' });
  });

  it('says that the server is storing when all bytes are sent', () => {
    const queue = run(
      { kind: 'added', files: files(1) },
      { kind: 'started', key: 'k0' },
      { kind: 'progressed', key: 'k0', sent: 100 },
    );
    expect(stateOf(queue, 'k0')).toBe('finishing');
  });

  it('keeps a refused file as failed and lets the others go on', () => {
    const queue = run(
      { kind: 'added', files: files(4) },
      { kind: 'started', key: 'k0' },
      { kind: 'failed', key: 'k0', code: 'imaging.not-dicom' },
    );
    expect(queue.items[0]).toMatchObject({ state: 'failed', code: 'imaging.not-dicom' });
    expect(toStart(queue, 0)).toEqual(['k1', 'k2', 'k3']);
  });

  it('starts nothing while paused or without a line, and resumes from where it was', () => {
    const sending = run(
      { kind: 'added', files: files(2) },
      { kind: 'started', key: 'k0' },
      { kind: 'progressed', key: 'k0', sent: 60 },
    );
    for (const [off, on] of [
      ['paused', 'resumed'],
      ['offline', 'online'],
    ] as const) {
      const stopped = step(sending, { kind: off });
      expect(stateOf(stopped, 'k0')).toBe('waiting');
      expect(toStart(stopped, 0)).toEqual([]);
      const back = step(stopped, { kind: on });
      expect(toStart(back, 0)).toEqual(['k0', 'k1']);
      expect(back.items[0]?.sent).toBe(60);
    }
  });

  it('does not wait any longer when the line comes back', () => {
    const cut = run(
      { kind: 'added', files: files(1) },
      { kind: 'started', key: 'k0' },
      { kind: 'cut', key: 'k0', at: 0 },
    );
    expect(totals(cut).cut).toBe(true);
    expect(toStart(step(cut, { kind: 'online' }), 0)).toEqual(['k0']);
  });

  it('counts files and bytes', () => {
    const queue = run(
      { kind: 'added', files: files(3) },
      { kind: 'started', key: 'k0' },
      { kind: 'succeeded', key: 'k0', results: [] },
      { kind: 'started', key: 'k1' },
      { kind: 'progressed', key: 'k1', sent: 50 },
      { kind: 'failed', key: 'k2', code: 'x' },
    );
    expect(totals(queue)).toMatchObject({
      files: 3,
      done: 1,
      failed: 1,
      bytes: 300,
      sent: 150,
      active: true,
    });
  });
});
