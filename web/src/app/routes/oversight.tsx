// Screens of emergency access, of its review, and of the audit trail.

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import type { Role } from '@/lib/contract';
import { loadAllTexts } from '@/lib/i18n';
import { mayBreakGlass } from '@/lib/session';
import { only, shell, texts } from './frame';

const reviewers = (role: Role) => role === 'security_administrator';
const auditors = (role: Role) => role === 'auditor';
const under = { getParentRoute: () => shell, beforeLoad: loadAllTexts } as const;

export const oversightRoutes = [
  createRoute({
    ...under,
    path: '/break-glass/new',
    validateSearch: texts('q'),
    component: only(
      mayBreakGlass,
      lazyRouteComponent(() => import('@/features/glass/components/break-glass-page'), 'BreakGlassPage'),
    ),
  }),
  createRoute({
    ...under,
    path: '/break-glass',
    validateSearch: texts('show'),
    component: only(
      reviewers,
      lazyRouteComponent(() => import('@/features/glass/components/cases-page'), 'CasesPage'),
    ),
  }),
  createRoute({
    ...under,
    path: '/break-glass/mine',
    component: only(
      mayBreakGlass,
      lazyRouteComponent(() => import('@/features/glass/components/own-page'), 'OwnPage'),
    ),
  }),
  createRoute({
    ...under,
    path: '/break-glass/$glassId',
    component: only(
      reviewers,
      lazyRouteComponent(() => import('@/features/glass/components/case-page'), 'CasePage'),
    ),
  }),
  createRoute({
    ...under,
    path: '/settings',
    component: lazyRouteComponent(
      () => import('@/features/settings/components/settings-page'),
      'SettingsPage',
    ),
  }),
  createRoute({
    ...under,
    path: '/audit',
    validateSearch: texts(
      'person',
      'patient',
      'subject',
      'organisation',
      'action',
      'outcome',
      'basis',
      'period',
      'from',
      'until',
    ),
    component: only(
      auditors,
      lazyRouteComponent(() => import('@/features/audit/components/audit-page'), 'AuditPage'),
    ),
  }),
  createRoute({
    ...under,
    path: '/patients/$patientId/access-log',
    component: lazyRouteComponent(
      () => import('@/features/patients/components/access-log-page'),
      'AccessLogPage',
    ),
  }),
] as const;
