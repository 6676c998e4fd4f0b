// Coming back from the identity provider: what was refused, and our second step. Loaded by the sign-in page only.

import { useEffect, useState } from 'react';
import type { Me } from '@/lib/contract';
import { asProblem, Problem } from '@/lib/problem';
import { beginSecondStepOfOidc, type SecondStepAsked } from '@/lib/session';
import { SecondStep } from '@/parts/second-step';
import { ProblemBanner } from '@/ui/banner';

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
