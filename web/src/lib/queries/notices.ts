// Notices, and how they reach their reader: my preferences, what leaves the house, and which other systems are told.

import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { call } from '../api';
import type {
  Deliveries,
  DeliveryState,
  Id,
  NewWebhook,
  NoticeList,
  NoticePreferences,
  NoticePreferencesInput,
  Webhook,
  WebhookInput,
  Webhooks,
} from '../contract';

export const noticesQuery = queryOptions({
  queryKey: ['notice', 'list'],
  queryFn: ({ signal }) => call<NoticeList>('GET', 'notices', { query: { limit: 50 }, signal }),
});

export function markNoticeRead(id: Id): Promise<void> {
  return call<void>('POST', `notices/${id}/read`);
}

/** Up to the newest that the reader has seen. */
export function markAllNoticesRead(upTo: Id): Promise<void> {
  return call<void>('POST', 'notices/read', { body: { up_to: upTo } });
}

export const preferencesQuery = queryOptions({
  queryKey: ['notice_preference'],
  queryFn: ({ signal }) => call<NoticePreferences>('GET', 'people/me/notice-preferences', { signal }),
});

export const putPreferences = (input: NoticePreferencesInput) =>
  call<NoticePreferences>('PUT', 'people/me/notice-preferences', { body: input });

export const webhooksQuery = queryOptions({
  queryKey: ['webhook', 'list'],
  queryFn: ({ signal }) => call<Webhooks>('GET', 'webhooks', { signal }),
  // A test that was sent shows what became of it without a press.
  refetchInterval: 5_000,
});

export const createWebhook = (input: WebhookInput) => call<NewWebhook>('POST', 'webhooks', { body: input });

export type WebhookPatch = Partial<Omit<WebhookInput, 'id' | 'adapter'>> & { active?: boolean };

export const changeWebhook = (webhook: Webhook, patch: WebhookPatch) =>
  call<Webhook>('PATCH', `webhooks/${webhook.id}`, { body: patch, version: webhook.version });

export const renewWebhookSecret = (webhook: Webhook) =>
  call<NewWebhook>('POST', `webhooks/${webhook.id}/secret`, { body: {}, version: webhook.version });

export const testWebhook = (id: Id) => call<Webhook>('POST', `webhooks/${id}/test`, { body: {} });

export const endWebhook = (webhook: Webhook) =>
  call<void>('POST', `webhooks/${webhook.id}/end`, { body: {}, version: webhook.version });

export const deliveriesQuery = (state: DeliveryState) =>
  infiniteQueryOptions({
    queryKey: ['delivery', 'list', state],
    queryFn: ({ signal, pageParam }) =>
      call<Deliveries>('GET', 'deliveries', { query: { state, cursor: pageParam, limit: 50 }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    refetchInterval: 10_000,
  });

export const retryDelivery = (id: Id) => call<void>('POST', `deliveries/${id}/retry`, { body: {} });
