// The way to the identity provider, where there is one: beside the password at the door, and where somebody must prove once more
// who they are. Loaded only where it is shown.

import { useQuery } from '@tanstack/react-query';
import { useTranslation } from '@/lib/i18n';
import { waysQuery } from '@/lib/session';
import { Icon } from '@/ui/icon';

/** The way to the provider, where there is one. A plain link: the browser leaves the page. `again`: though the provider knows the person still. */
export function OidcDoor({ next, again = false }: { next: string | undefined; again?: boolean }) {
  const { t } = useTranslation('session');
  const label = useQuery(waysQuery).data?.oidc;
  if (!label) return null;
  const asked = new URLSearchParams({ ...(next && { next }), ...(again && { again: 'true' }) }).toString();
  const query = asked ? `?${asked}` : '';
  return (
    <div className="signin-oidc">
      <p className="soft small signin-or">{t('or')}</p>
      <a className="button button-secondary button-block" href={`/api/v1/session/oidc/start${query}`}>
        {label}
        <Icon name="chevronRight" />
      </a>
    </div>
  );
}
