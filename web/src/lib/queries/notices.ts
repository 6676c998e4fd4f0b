import { queryOptions } from '@tanstack/react-query';
import { call } from '../api';
import type { Id, NoticeList } from '../contract';

export const noticesQuery = queryOptions({
  queryKey: ['notice', 'list'],
  queryFn: ({ signal }) => call<NoticeList>('GET', 'notices', { query: { limit: 50 }, signal }),
});

export function markNoticeRead(id: Id): Promise<void> {
  return call<void>('POST', `notices/${id}/read`);
}
