import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { asProblem, isTransient } from '@/lib/problem';
import { Toasts } from '@/ui/toast';
import { router } from './router';

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // Events tell what changed; a minute covers what they might miss.
      staleTime: 60_000,
      retry: (failures, error) => failures < 2 && isTransient(asProblem(error)),
      retryDelay: (failures) => 800 * 2 ** failures,
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});

export function App() {
  return (
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
      <Toasts />
    </QueryClientProvider>
  );
}
