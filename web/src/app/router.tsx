// The route table: every screen is its own chunk, listed by workplace in `routes/`.

import { createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { loadAllTexts } from '@/lib/i18n';
import { Fallback, NotFound } from './fallback';
import { administrationRoutes } from './routes/administration';
import { clinicRoutes } from './routes/clinic';
import { root, shell } from './routes/frame';
import { oversightRoutes } from './routes/oversight';
import { ownRoutes } from './routes/own';
import { specialistRoutes } from './routes/specialist';

/** `refused` and `step` are what somebody comes back with from the identity provider. */
interface SignInSearch {
  next?: string;
  refused?: string;
  step?: 'oidc';
}

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  // Only a path of our own: a link must not send a person elsewhere after the password.
  validateSearch: (search: Record<string, unknown>): SignInSearch => ({
    ...(typeof search.next === 'string' &&
      search.next.startsWith('/') &&
      !search.next.startsWith('//') && { next: search.next }),
    ...(typeof search.refused === 'string' && { refused: search.refused }),
    ...(search.step === 'oidc' && { step: search.step }),
  }),
  component: lazyRouteComponent(() => import('./sign-in-page'), 'SignInPage'),
});

const activate = createRoute({
  getParentRoute: () => root,
  path: '/activate',
  beforeLoad: loadAllTexts,
  component: lazyRouteComponent(() => import('./activate-page'), 'ActivatePage'),
});

/** For a hospital without an account; with the code of a sheet in the address, or without. */
const packages = ['/packages', '/packages/$code'].map((path) =>
  createRoute({
    getParentRoute: () => root,
    path,
    beforeLoad: loadAllTexts,
    component: lazyRouteComponent(() => import('./open-package-page'), 'OpenPackagePage'),
  }),
);

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    activate,
    ...packages,
    shell.addChildren([
      ...clinicRoutes,
      ...specialistRoutes,
      ...ownRoutes,
      ...administrationRoutes,
      ...oversightRoutes,
    ]),
  ]),
  defaultPreload: 'intent',
  defaultPendingMs: 300,
  scrollRestoration: true,
  defaultNotFoundComponent: NotFound,
  defaultErrorComponent: Fallback,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
