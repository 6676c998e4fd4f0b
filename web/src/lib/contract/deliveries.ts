// What leaves the house: webhooks and the queue of letters.

import type { Id, Page, PersonRef, Time } from './common';
import type { NoticeLanguage } from './notices';

export type WebhookAdapter = 'standard' | 'dingtalk' | 'wecom' | 'sms_gateway';
export type DeliveryState = 'waiting' | 'sending' | 'sent' | 'dead' | 'dropped';
export interface Webhook {
  id: Id;
  version: number;
  name: string;
  adapter: WebhookAdapter;
  /** Without its query. */
  url: string;
  has_secret: boolean;
  events: string[];
  language: NoticeLanguage;
  template: string | null;
  active: boolean;
  created_at: Time;
  last: {
    state: DeliveryState;
    kind: string;
    fault: string | null;
    fault_detail: string | null;
    created_at: Time;
    ended_at: Time | null;
  } | null;
}
export interface Webhooks {
  items: Webhook[];
  kinds: string[];
}
export interface WebhookInput {
  id: Id;
  name: string;
  adapter: WebhookAdapter;
  url: string;
  secret: string | null;
  events: string[];
  language: NoticeLanguage;
  template: string | null;
}
export interface NewWebhook {
  webhook: Webhook;
  /** Shown this once. */
  secret: string | null;
}
export interface DeliveryRow {
  id: Id;
  channel: 'mail' | 'phone' | 'webhook';
  state: DeliveryState;
  person: PersonRef | null;
  webhook: string | null;
  kind: string;
  tries: number;
  fault: string | null;
  fault_detail: string | null;
  due_at: Time | null;
  created_at: Time;
  ended_at: Time | null;
}
export interface DeliveryRoute {
  name: string;
  waiting: number;
  dead: number;
  failures: number;
  resume_at: Time | null;
  fault: string | null;
  fault_detail: string | null;
  succeeded_at: Time | null;
}
export interface Deliveries extends Page<DeliveryRow> {
  routes: DeliveryRoute[];
}
