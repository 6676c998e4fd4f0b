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

/** Keeps the named parameters of an address that are there and are text. */
export function texts<K extends string>(...names: K[]) {
  return (search: Record<string, unknown>): { [key in K]?: string } => {
    const kept: { [key in K]?: string } = {};
    for (const name of names) {
      const value = search[name];
      if (typeof value === 'string' && value !== '') kept[name] = value;
      else if (typeof value === 'number') kept[name] = String(value);
    }
    return kept;
  };
}
