// Screens of emergency access, of its review, and of the audit trail.

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { loadAllTexts } from '@/lib/i18n';
import { shell } from './frame';

const under = { getParentRoute: () => shell, beforeLoad: loadAllTexts } as const;

export const oversightRoutes = [
  createRoute({
    ...under,
    path: '/patients/$patientId/access-log',
    component: lazyRouteComponent(
      () => import('@/features/patients/components/access-log-page'),
      'AccessLogPage',
    ),
  }),
] as const;
