import { createRootRoute, createRoute, Outlet } from '@tanstack/react-router';
import { Fallback, NotFound } from '../fallback';
import { Shell } from '../shell';

export const root = createRootRoute({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: Fallback,
});

/** The parent of every screen that needs a session. */
export const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell });
