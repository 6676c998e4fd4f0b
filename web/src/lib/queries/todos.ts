// My to-do lists. Their key begins with "todo": what changes in legs, consults and swaps asks for them again.

import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { call } from '../api';
import type { TodoClass, Todos } from '../contract';

export const todosQuery = (shown: TodoClass) =>
  infiniteQueryOptions({
    queryKey: ['todo', 'list', shown],
    queryFn: ({ signal, pageParam }) =>
      call<Todos>('GET', 'todos', { query: { class: shown, cursor: pageParam, limit: 30 }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });

export const todoCountsQuery = queryOptions({
  queryKey: ['todo', 'counts'],
  queryFn: async ({ signal }) =>
    (await call<Todos>('GET', 'todos', { query: { class: 'todo', limit: 1 }, signal })).counts,
});
