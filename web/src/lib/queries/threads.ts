// Conversations: one, its messages page by page, and which of mine have something unread.

import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { call, putFile } from '../api';
import type { Document, Id, Message, MessageInput, MessagePage, Page, Thread, ThreadRow } from '../contract';

const PAGE = 30;

export const threadQuery = (id: Id) =>
  queryOptions({
    queryKey: ['thread', 'one', id],
    queryFn: ({ signal }) => call<Thread>('GET', `threads/${id}`, { signal }),
  });

/** The newest page first; each page is the newest first too. */
export const messagesQuery = (id: Id) =>
  infiniteQueryOptions({
    queryKey: ['thread', 'one', id, 'messages'],
    queryFn: ({ pageParam, signal }) =>
      call<MessagePage>('GET', `threads/${id}/messages`, {
        query: { limit: PAGE, cursor: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

export const unreadThreadsQuery = queryOptions({
  queryKey: ['thread', 'list', 'unread'],
  queryFn: ({ signal }) =>
    call<Page<ThreadRow>>('GET', 'threads', { query: { unread: true, limit: 200 }, signal }),
});

export function sendMessage(thread: Id, input: MessageInput): Promise<Message> {
  return call<Message>('POST', `threads/${thread}/messages`, { body: input });
}

export function withdrawMessage(thread: Id, message: Id): Promise<Message> {
  return call<Message>('POST', `threads/${thread}/messages/${message}/withdraw`, { body: {} });
}

export function markThreadRead(thread: Id, upTo: number): Promise<void> {
  return call<void>('POST', `threads/${thread}/read`, { body: { up_to: upTo } });
}

export function putDocument(
  id: Id,
  name: string,
  author: Id,
  file: Blob,
  onProgress: (share: number) => void,
): Promise<Document> {
  return putFile<Document>(`documents/${id}`, file, { name, author }, onProgress);
}

export const documentUrl = (id: Id, download = false): string =>
  `/api/v1/documents/${id}/content${download ? '?download=1' : ''}`;
