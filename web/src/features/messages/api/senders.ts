// One sender a thread for as long as the page lives, whatever screen is open: what waits goes out by itself. Another person's
// senders rest; what they hold stays on the device.

import { clock } from '@/lib/clock';
import type { Id } from '@/lib/contract';
import { Sender } from './sender';
import { kept } from './store';

const senders = new Map<Id, { sender: Sender; end: () => void }>();

export function senderOf(person: Id, thread: Id): Sender {
  for (const [id, { sender, end }] of senders) {
    if (sender.person === person) continue;
    end();
    senders.delete(id);
  }
  const known = senders.get(thread);
  if (known) return known.sender;
  const sender = new Sender(person, thread);
  senders.set(thread, { sender, end: sender.start(clock.now()) });
  return sender;
}

/** Takes up what was left when the page was closed. */
export async function resume(person: Id): Promise<void> {
  for (const unsent of await kept(person, null, clock.now())) senderOf(person, unsent.thread);
}
