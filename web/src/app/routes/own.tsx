// Screens of everybody: their own account.

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { loadAllTexts } from '@/lib/i18n';
import { shell } from './frame';

export const ownRoutes = [
  createRoute({
    getParentRoute: () => shell,
    beforeLoad: loadAllTexts,
    path: '/account',
    component: lazyRouteComponent(() => import('@/features/account/components/account-page'), 'AccountPage'),
  }),
] as const;
