import { createRootRoute, createRoute, Outlet, type RouteComponent } from '@tanstack/react-router';
import type { Role } from '@/lib/contract';
import { useMe } from '@/lib/session';
import { Missing } from '@/ui/states';
import { Fallback, NotFound } from '../fallback';
import { Shell } from '../shell';

export const root = createRootRoute({
  component: Outlet,
  notFoundComponent: NotFound,
  errorComponent: Fallback,
});

/** The parent of every screen that needs a session. */
export const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell });

/** A screen for some roles: whoever types its address without one is shown that nothing is there, not a page that fails. */
export function only(may: (role: Role) => boolean, Page: RouteComponent): RouteComponent {
  function Guarded() {
    return may(useMe().position.role) ? <Page /> : <Missing />;
  }
  return Object.assign(Guarded, { preload: Page.preload });
}

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
