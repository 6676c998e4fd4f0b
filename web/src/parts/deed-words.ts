// What an entry of the audit trail says in words: what was done, why it was allowed, how it came out. Codes that the page
// does not know stay codes.

import type { AccessLogEntry } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';

type Deed = Pick<AccessLogEntry, 'action' | 'basis' | 'outcome'> & { subject_id?: string };

/** `GET /api/v1/patients/{id}`: the method, and what the route is about. */
export function routeOf(action: string): { method: string; about: string } | null {
  const [, method, path] = /^([A-Z]+) \/(\S+)$/.exec(action) ?? [];
  if (!method || path === undefined) return null;
  const [first = '', , third = ''] = path.split('/');
  return { method, about: first === 'api' ? third : first };
}

/** The method of the commonest refusals: somebody wanted to look. */
const LOOKING = new Set(['GET', 'HEAD']);

export function useDeedWords() {
  const { t, has } = useTranslation('audit');
  const timeline = useTranslation('timeline');

  function action(deed: Deed): string {
    const route = routeOf(deed.action);
    if (route) {
      const key = `about.${route.about}`;
      const about = has(key) ? t(key) : t('about.other');
      return t(LOOKING.has(route.method) ? 'triedToLook' : 'triedToAct', { about });
    }
    const own = `action.${deed.action}`;
    if (deed.subject_id === 'list' && has(`${own}_list`)) return t(`${own}_list` as 'action.patient.read');
    if (has(own)) return t(own);
    return timeline.has(deed.action) ? timeline.t(deed.action) : deed.action;
  }

  function basis(deed: Deed): string {
    const key = deed.outcome === 'denied' ? `refusal.${deed.basis}` : `basis.${deed.basis}`;
    return has(key) ? t(key) : deed.basis;
  }

  return { action, basis };
}
