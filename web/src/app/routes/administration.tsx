// Screens of the administrator: the directory, imports, and activation slips.

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import type { Role } from '@/lib/contract';
import { loadAllTexts } from '@/lib/i18n';
import { only, shell, texts } from './frame';

const administrators = (role: Role) => role === 'administrator';
const under = { getParentRoute: () => shell, beforeLoad: loadAllTexts } as const;

export const administrationRoutes = [
  createRoute({
    ...under,
    path: '/directory',
    component: only(
      administrators,
      lazyRouteComponent(
        () => import('@/features/directory/components/organisations-page'),
        'OrganisationsPage',
      ),
    ),
  }),
  createRoute({
    ...under,
    path: '/directory/slips',
    component: only(
      administrators,
      lazyRouteComponent(() => import('@/features/directory/components/organisations-page'), 'SlipsPage'),
    ),
  }),
  createRoute({
    ...under,
    path: '/directory/unplaced',
    component: only(
      administrators,
      lazyRouteComponent(() => import('@/features/directory/components/unplaced-page'), 'UnplacedPage'),
    ),
  }),
  createRoute({
    ...under,
    path: '/directory/import',
    component: only(
      administrators,
      lazyRouteComponent(() => import('@/features/directory/components/import-page'), 'ImportPage'),
    ),
  }),
  createRoute({
    ...under,
    path: '/directory/organisations/$organisationId',
    component: only(
      administrators,
      lazyRouteComponent(
        () => import('@/features/directory/components/organisation-page'),
        'OrganisationPage',
      ),
    ),
  }),
  createRoute({
    ...under,
    path: '/directory/organisations/$organisationId/slips',
    validateSearch: texts('person'),
    component: only(
      administrators,
      lazyRouteComponent(() => import('@/features/activation/components/sheet-page'), 'SheetPage'),
    ),
  }),
  createRoute({
    ...under,
    path: '/directory/people/$personId',
    component: only(
      administrators,
      lazyRouteComponent(() => import('@/features/directory/components/person-page'), 'PersonPage'),
    ),
  }),
  createRoute({
    ...under,
    path: '/webhooks',
    component: lazyRouteComponent(
      () => import('@/features/notices/components/webhooks-page'),
      'WebhooksPage',
    ),
  }),
  createRoute({
    ...under,
    path: '/deliveries',
    validateSearch: texts('show'),
    component: lazyRouteComponent(
      () => import('@/features/notices/components/deliveries-page'),
      'DeliveriesPage',
    ),
  }),
] as const;
