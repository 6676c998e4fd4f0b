// 待办: what waits for me, what I started, what I am told, what I have done; each with how many, kept true by the live stream.

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { TodoClass } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { todoCountsQuery, todosQuery } from '@/lib/queries/todos';
import { MoreRows } from '@/parts/more-rows';
import { Empty, Loaded } from '@/ui/states';
import { Tabs } from '@/ui/tabs';
import { TodoRow } from './todo-row';

const CLASSES: TodoClass[] = ['todo', 'started', 'informed', 'done'];

export function TodosPage() {
  const { t } = useTranslation('todos');
  const navigate = useNavigate();
  const asked = useSearch({ from: '/shell/todos' }).show;
  const shown = CLASSES.find((name) => name === asked) ?? 'todo';
  const query = useInfiniteQuery(todosQuery(shown));
  const counts = useQuery(todoCountsQuery).data;
  return (
    <div className="page" style={{ maxWidth: 960 }}>
      <div className="page-head">
        <h1>{t('title')}</h1>
      </div>
      <div className="card">
        <Tabs
          label={t('lists')}
          value={shown}
          tabs={CLASSES.map((name) => ({
            value: name,
            text: t(name),
            count: counts?.[name],
            urgent: name === 'todo',
          }))}
          onChange={(show) =>
            void navigate({ to: '/todos', search: show === 'todo' ? {} : { show }, replace: true })
          }
        />
        <Loaded query={query}>
          {({ pages }) => {
            const todos = pages.flatMap((page) => page.items);
            if (todos.length === 0) {
              return (
                <Empty icon="checkCircle" title={t(`${shown}None`)}>
                  <p>{t(`${shown}Hint`)}</p>
                </Empty>
              );
            }
            return (
              <>
                <ul className="rows">
                  {todos.map((todo) => (
                    <li key={todo.id}>
                      <TodoRow todo={todo} shown={shown} />
                    </li>
                  ))}
                </ul>
                <MoreRows query={query} />
              </>
            );
          }}
        </Loaded>
      </div>
    </div>
  );
}
