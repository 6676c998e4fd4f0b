import type * as Ours from './deliveries';
import type { Must, Reads, Theirs } from './fits';

export type Deliveries = Must<
  [
    Reads<Theirs['Webhooks'], Ours.Webhooks>,
    Reads<Theirs['NewWebhook'], Ours.NewWebhook>,
    Reads<Theirs['Deliveries'], Ours.Deliveries>,
  ]
>;
