// My tokens for programs: making one, which is shown once, and ending one.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { OwnToken } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { revokeToken, tokensQuery } from '@/lib/queries/account';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { Loaded } from '@/ui/states';
import { toast } from '@/ui/toast';
import { SignInAgain } from './sign-in-again';
import { TokenDialog } from './token-dialog';

type Step =
  | { kind: 'make'; scopes: string[] }
  | { kind: 'again'; scopes: string[] }
  | { kind: 'made'; token: string }
  | { kind: 'end'; token: OwnToken };

export function TokensCard() {
  const { t } = useTranslation('account');
  const client = useQueryClient();
  const query = useQuery(tokensQuery);
  const [step, setStep] = useState<Step | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const refresh = () => void client.invalidateQueries({ queryKey: tokensQuery.queryKey });

  async function end(token: OwnToken) {
    setStep(null);
    setProblem(null);
    try {
      await revokeToken(token.id);
      toast(t('tokenEnded'));
    } catch (error) {
      setProblem(error);
    } finally {
      refresh();
    }
  }

  return (
    <section className="card">
      <div className="card-head">
        <h2>{t('tokens')}</h2>
      </div>
      <div className="card-body stack">
        <p className="soft">{t('tokensLead')}</p>
        {problem !== null && <ProblemBanner error={problem} />}
        <Loaded query={query}>
          {({ items, scopes }) => (
            <>
              {items.length > 0 && (
                <ul className="account-list">
                  {items.map((token) => (
                    <Row key={token.id} token={token} onEnd={() => setStep({ kind: 'end', token })} />
                  ))}
                </ul>
              )}
              <div>
                <Button icon="plus" onClick={() => setStep({ kind: 'make', scopes })}>
                  {t('tokenMake')}
                </Button>
              </div>
            </>
          )}
        </Loaded>
      </div>
      {step?.kind === 'make' && (
        <TokenDialog
          scopes={step.scopes}
          onMade={(token) => {
            setStep({ kind: 'made', token });
            refresh();
          }}
          onAgain={() => setStep({ kind: 'again', scopes: step.scopes })}
          onClose={() => setStep(null)}
        />
      )}
      {step?.kind === 'again' && (
        <SignInAgain
          onDone={() => setStep({ kind: 'make', scopes: step.scopes })}
          onClose={() => setStep(null)}
        />
      )}
      {step?.kind === 'made' && <Made token={step.token} onKept={() => setStep(null)} />}
      {step?.kind === 'end' && (
        <Dialog
          title={t('tokenEndTitle')}
          onClose={() => setStep(null)}
          footer={
            <Button look="danger-solid" onClick={() => end(step.token)}>
              {t('tokenEnd')}
            </Button>
          }
        >
          <p>{t('tokenEndText', { name: step.token.name })}</p>
        </Dialog>
      )}
    </section>
  );
}

function Row({ token, onEnd }: { token: OwnToken; onEnd: () => void }) {
  const { t, language } = useTranslation('account');
  const time = (at: string) => formatTime(at, language, clock.now());
  return (
    <li>
      <div className="account-list-text">
        <strong>{token.name}</strong>
        <br />
        <span className="soft small">
          {token.scopes.map((scope) => scopeText(t, scope)).join(t('tokenAnd'))}
          <br />
          {t('tokenUntil', { time: time(token.expires_at) })} ·{' '}
          {token.used_at ? t('usedAt', { time: time(token.used_at) }) : t('neverUsed')}
        </span>
      </div>
      <Button look="quiet" aria-label={`${t('tokenEnd')}: ${token.name}`} onClick={onEnd}>
        {t('tokenEnd')}
      </Button>
    </li>
  );
}

/** What a scope allows, in words; one that the page does not know yet by its name. */
export function scopeText(t: ReturnType<typeof useTranslation<'account'>>['t'], scope: string): string {
  const key = `scope.${scope.replace('.', '-')}`;
  const text = t(key as 'scope.patients-read');
  return text === key ? scope : text;
}

/** Shown once: only the button closes it. */
function Made({ token, onKept }: { token: string; onKept: () => void }) {
  const { t } = useTranslation('account');
  const copy = () =>
    navigator.clipboard?.writeText(token).then(
      () => toast(t('codesCopied')),
      () => undefined,
    );
  return (
    <Dialog
      title={t('tokenMadeTitle')}
      footer={
        <>
          <Button icon="copy" onClick={copy}>
            {t('codesCopy')}
          </Button>
          <Button look="primary" onClick={onKept}>
            {t('codesKept')}
          </Button>
        </>
      }
    >
      <p>{t('tokenMadeText')}</p>
      <p className="account-secret account-token">{token}</p>
    </Dialog>
  );
}
