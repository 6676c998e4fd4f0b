// Screens of everybody: their own account, how they are told, what waits for them, and whom they can call.

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { loadAllTexts } from '@/lib/i18n';
import { shell, texts } from './frame';

const under = { getParentRoute: () => shell, beforeLoad: loadAllTexts } as const;

export const ownRoutes = [
  createRoute({
    ...under,
    path: '/account',
    component: lazyRouteComponent(() => import('@/features/account/components/account-page'), 'AccountPage'),
  }),
  createRoute({
    ...under,
    path: '/account/notices',
    component: lazyRouteComponent(
      () => import('@/features/notices/components/settings-page'),
      'NoticeSettingsPage',
    ),
  }),
  createRoute({
    ...under,
    path: '/todos',
    validateSearch: texts('show'),
    component: lazyRouteComponent(() => import('@/features/todos/components/todos-page'), 'TodosPage'),
  }),
  createRoute({
    ...under,
    path: '/people',
    validateSearch: texts('q', 'department', 'specialty', 'duty'),
    component: lazyRouteComponent(() => import('@/features/people/components/people-page'), 'PeoplePage'),
  }),
  createRoute({
    ...under,
    path: '/duties',
    validateSearch: texts('organisation', 'week'),
    component: lazyRouteComponent(() => import('@/features/roster/components/duties-page'), 'DutiesPage'),
  }),
] as const;
