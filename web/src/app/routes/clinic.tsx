// Screens of those who ask and send, and of the desk and doctors who receive.

import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { loadAllTexts } from '@/lib/i18n';
import { mayReceive } from '@/lib/session';
import { only, shell, texts } from './frame';

const under = { getParentRoute: () => shell, beforeLoad: loadAllTexts } as const;

export const clinicRoutes = [
  // The first screen of the village waits for nothing but itself.
  createRoute({
    getParentRoute: () => shell,
    path: '/',
    component: lazyRouteComponent(() => import('../start-page'), 'StartPage'),
  }),
  createRoute({
    ...under,
    path: '/patients',
    validateSearch: texts('q'),
    component: lazyRouteComponent(
      () => import('@/features/patients/components/patients-page'),
      'PatientsPage',
    ),
  }),
  createRoute({
    ...under,
    path: '/patients/new',
    validateSearch: texts('q'),
    component: lazyRouteComponent(
      () => import('@/features/patients/components/new-patient-page'),
      'NewPatientPage',
    ),
  }),
  createRoute({
    ...under,
    path: '/patients/$patientId',
    component: lazyRouteComponent(() => import('@/features/patients/components/patient-page'), 'PatientPage'),
  }),
  createRoute({
    ...under,
    path: '/studies',
    component: lazyRouteComponent(
      () => import('@/features/studies/components/pending-page'),
      'PendingStudiesPage',
    ),
  }),
  createRoute({
    ...under,
    path: '/studies/$studyId',
    component: lazyRouteComponent(() => import('@/features/studies/components/study-page'), 'StudyPage'),
  }),
  createRoute({
    ...under,
    path: '/notices',
    component: lazyRouteComponent(() => import('@/features/notices/components/notices-page'), 'NoticesPage'),
  }),
  createRoute({
    ...under,
    path: '/consults',
    component: lazyRouteComponent(
      () => import('@/features/consults/components/consults-page'),
      'ConsultsPage',
    ),
  }),
  createRoute({
    ...under,
    path: '/consults/new',
    validateSearch: texts('draft', 'patient', 'again'),
    component: lazyRouteComponent(
      () => import('@/features/consults/components/new-consult-page'),
      'NewConsultPage',
    ),
  }),
  createRoute({
    ...under,
    path: '/consults/$consultId',
    component: lazyRouteComponent(() => import('@/features/consults/components/consult-page'), 'ConsultPage'),
  }),
  createRoute({
    ...under,
    path: '/referrals',
    component: lazyRouteComponent(
      () => import('@/features/referrals/components/referrals-page'),
      'ReferralsPage',
    ),
  }),
  createRoute({
    ...under,
    path: '/referrals/new',
    validateSearch: texts('draft', 'patient', 'consult'),
    component: lazyRouteComponent(
      () => import('@/features/referrals/components/new-referral-page'),
      'NewReferralPage',
    ),
  }),
  createRoute({
    ...under,
    path: '/referrals/$legId',
    component: lazyRouteComponent(() => import('../referral-page'), 'ReferralPage'),
  }),
  createRoute({
    ...under,
    path: '/beds',
    component: lazyRouteComponent(() => import('@/features/beds/components/beds-page'), 'BedsPage'),
  }),
  createRoute({
    ...under,
    path: '/referrals/$legId/package',
    component: lazyRouteComponent(
      () => import('@/features/referrals/components/package-page'),
      'PackagePage',
    ),
  }),
  createRoute({
    ...under,
    path: '/follow-ups',
    validateSearch: texts('state'),
    component: lazyRouteComponent(
      () => import('@/features/followup/components/follow-ups-page'),
      'FollowUpsPage',
    ),
  }),
  createRoute({
    ...under,
    path: '/board',
    component: only(
      mayReceive,
      lazyRouteComponent(() => import('@/features/referrals/components/board-page'), 'BoardPage'),
    ),
  }),
  createRoute({
    ...under,
    path: '/arrivals',
    validateSearch: texts('code'),
    component: lazyRouteComponent(
      () => import('@/features/referrals/components/arrivals-page'),
      'ArrivalsPage',
    ),
  }),
  // What the QR code of a slip holds.
  createRoute({
    getParentRoute: () => shell,
    path: '/r/$code',
    beforeLoad: ({ params }) => {
      throw redirect({ to: '/arrivals', search: { code: params.code }, replace: true });
    },
  }),
  createRoute({
    ...under,
    path: '/print/board',
    component: lazyRouteComponent(() => import('@/features/paper/shift-page'), 'ShiftPage'),
  }),
  createRoute({
    ...under,
    path: '/print/$legId/$sheet',
    component: lazyRouteComponent(() => import('@/features/paper/leg-sheet-page'), 'LegSheetPage'),
  }),
] as const;
