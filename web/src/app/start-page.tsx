// The first screen of each role.

import { Navigate } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { loadAllTexts } from '@/lib/i18n';
import { DESK, useMe } from '@/lib/session';
import { RowsSkeleton } from '@/ui/states';

const HomePage = lazy(() =>
  import('@/features/home/components/home-page').then((m) => ({ default: m.HomePage })),
);

const OfficePage = lazy(async () => {
  await loadAllTexts();
  return { default: (await import('@/features/home/components/office-page')).OfficePage };
});

const AdminHome = lazy(async () => {
  await loadAllTexts();
  return { default: (await import('@/features/directory/components/admin-home')).AdminHome };
});

export function StartPage() {
  const me = useMe();
  switch (DESK[me.position.role]) {
    case 'village':
      return (
        <Suspense fallback={<RowsSkeleton />}>
          <HomePage />
        </Suspense>
      );
    case 'board':
      return <Navigate to="/board" replace />;
    case 'worklist':
      return <Navigate to="/worklist" replace />;
    case 'administration':
      return (
        <Suspense fallback={<RowsSkeleton />}>
          <AdminHome />
        </Suspense>
      );
    case 'review':
      return <Navigate to="/break-glass" replace />;
    case 'audit':
      return <Navigate to="/audit" replace />;
    case 'office':
      return (
        <Suspense fallback={<RowsSkeleton />}>
          <OfficePage />
        </Suspense>
      );
  }
}
