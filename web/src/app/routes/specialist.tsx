// Screens of the specialist's workplace: the worklist, the reading desk and the room.

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { loadAllTexts } from '@/lib/i18n';
import { shell } from './frame';

const under = { getParentRoute: () => shell, beforeLoad: loadAllTexts } as const;

export const specialistRoutes = [
  createRoute({
    ...under,
    path: '/worklist',
    component: lazyRouteComponent(
      () => import('@/features/worklist/components/worklist-page'),
      'WorklistPage',
    ),
  }),
  createRoute({
    ...under,
    path: '/consults/$consultId/read',
    component: lazyRouteComponent(() => import('@/features/reading/components/reading-page'), 'ReadingPage'),
  }),
  createRoute({
    ...under,
    path: '/consults/$consultId/room',
    component: lazyRouteComponent(() => import('@/features/call/components/room-page'), 'RoomPage'),
  }),
] as const;
