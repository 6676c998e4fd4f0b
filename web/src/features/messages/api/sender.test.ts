import { expect, it, vi } from 'vitest';
import type { Message } from '@/lib/contract';
import { Problem, unreachable } from '@/lib/problem';
import { type Doors, Sender } from './sender';

const file = { id: 'd1', kind: 'photo', name: 'a.jpg', blob: new Blob(['x']), durationMs: null } as const;

function sender(doors: Partial<Doors>) {
  const sent: string[] = [];
  const all: Doors = {
    put: async () => ({}) as never,
    send: async (_, input) => ({ id: input.id }) as Message,
    ...doors,
  };
  const one = new Sender('p', 't', all);
  one.whenSent((message) => sent.push(message.id));
  const end = one.start(0);
  return { one, sent, end, states: () => one.snapshot().map((p) => p.state) };
}

it('sends attachments before the message that names them, and one message after the other', async () => {
  const order: string[] = [];
  const { one, sent } = sender({
    put: async (id) => {
      order.push(`put ${id}`);
      return {} as never;
    },
    send: async (_, input) => {
      order.push(`send ${input.id} ${input.attachments.length}`);
      return { id: input.id } as Message;
    },
  });
  one.add('m1', '看图', [file], 1);
  one.add('m2', '再说一句', [], 2);
  await vi.waitFor(() => expect(sent).toEqual(['m1', 'm2']));
  expect(order).toEqual(['put d1', 'send m1 1', 'send m2 0']);
  expect(one.snapshot()).toEqual([]);
});

it('keeps what did not get through under its id and sends it when the line is back', async () => {
  let away = true;
  const ids: string[] = [];
  const { one, sent, states } = sender({
    send: async (_, input) => {
      ids.push(input.id);
      if (away) throw unreachable();
      return { id: input.id } as Message;
    },
  });
  one.add('m1', '一', [], 1);
  one.add('m2', '二', [], 2);
  await vi.waitFor(() => expect(ids).toEqual(['m1']));
  await vi.waitFor(() => expect(states()).toEqual(['waiting', 'waiting']));
  away = false;
  window.dispatchEvent(new Event('online'));
  await vi.waitFor(() => expect(sent).toEqual(['m1', 'm2']));
  expect(ids).toEqual(['m1', 'm1', 'm2']);
});

it('leaves what was refused to the person, and goes on with the next', async () => {
  const { one, sent, states } = sender({
    put: async () => {
      throw new Problem({ code: 'document.kind-not-taken', status: 415 });
    },
  });
  one.add('m1', '', [file], 1);
  one.add('m2', '二', [], 2);
  await vi.waitFor(() => expect(sent).toEqual(['m2']));
  expect(states()).toEqual(['failed']);
  expect(one.snapshot()[0]?.problem?.code).toBe('document.kind-not-taken');
  one.discard('m1');
  expect(one.snapshot()).toEqual([]);
});
