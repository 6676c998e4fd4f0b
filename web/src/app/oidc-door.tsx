// Signing in at the identity provider: the button that leads there, and what comes back. Loaded by the sign-in page only.

import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Me } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { asProblem, Problem } from '@/lib/problem';
import { beginSecondStepOfOidc, type SecondStepAsked, waysQuery } from '@/lib/session';
import { SecondStep } from '@/parts/second-step';
import { ProblemBanner } from '@/ui/banner';
import { Icon } from '@/ui/icon';

/** The way to the provider, where there is one. A plain link: the browser leaves the page. */
export function OidcDoor({ next }: { next: string | undefined }) {
  const { t } = useTranslation('session');
  const label = useQuery(waysQuery).data?.oidc;
  if (!label) return null;
  const query = next ? `?next=${encodeURIComponent(next)}` : '';
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

/** Why somebody came back without a session. */
export function OidcRefused({ code }: { code: string }) {
  return (
    <div style={{ marginBottom: 16 }}>
      <ProblemBanner error={new Problem({ code, status: 401 })} />
    </div>
  );
}

/** Whoever came back still owes our second factor: the server remembers them by a cookie. */
export function OidcSecondStep({
  onSignedIn,
  onAgain,
}: {
  onSignedIn: (me: Me) => void;
  onAgain: (code: string | null) => void;
}) {
  const [asked, setAsked] = useState<SecondStepAsked | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it counts once, so it is asked for once.
  useEffect(() => {
    let gone = false;
    beginSecondStepOfOidc().then(
      (step) => !gone && setAsked(step),
      (error: unknown) => !gone && onAgain(asProblem(error).code),
    );
    return () => {
      gone = true;
    };
  }, []);
  if (!asked) return null;
  return (
    <SecondStep asked={asked} onSignedIn={onSignedIn} onAgain={(problem) => onAgain(problem?.code ?? null)} />
  );
}
