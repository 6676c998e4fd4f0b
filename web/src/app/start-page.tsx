// The first screen of each role.

import { Navigate } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { loadAllTexts, useTranslation } from '@/lib/i18n';
import { DESK, useMe } from '@/lib/session';
import { Empty, RowsSkeleton } from '@/ui/states';

const HomePage = lazy(() =>
  import('@/features/home/components/home-page').then((m) => ({ default: m.HomePage })),
);

const AdminHome = lazy(async () => {
  await loadAllTexts();
  return { default: (await import('@/features/directory/components/admin-home')).AdminHome };
});

export function StartPage() {
  const me = useMe();
  const { t } = useTranslation();
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
        <div className="page">
          <h1 className="visually-hidden">{t('place.home')}</h1>
          <div className="card">
            <Empty icon="building" title={t('office.title', { role: t(`role.${me.position.role}`) })}>
              <p>{t('office.text')}</p>
            </Empty>
          </div>
        </div>
      );
  }
}
