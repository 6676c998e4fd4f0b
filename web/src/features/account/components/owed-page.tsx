// All that somebody sees who must change a password or set up a second factor before anything else.

import { useQueryClient } from '@tanstack/react-query';
import type { Me } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { sessionQuery } from '@/lib/session';
import { Banner } from '@/ui/banner';
import { FactorsCard } from './factors-card';
import { PasswordCard } from './password-card';
import '../account.css';

export function OwedPage({ owed }: { owed: NonNullable<Me['owed']> }) {
  const { t } = useTranslation('account');
  const client = useQueryClient();
  const settled = () => void client.invalidateQueries({ queryKey: sessionQuery.queryKey, exact: true });
  const title = owed === 'password' ? t('owedPassword') : t('owedFactor');
  return (
    <main className="page stack" style={{ maxWidth: 560 }}>
      <h1>{title}</h1>
      <Banner tone="amber">{owed === 'password' ? t('owedPasswordText') : t('owedFactorText')}</Banner>
      {owed === 'password' ? <PasswordCard onChanged={settled} /> : <FactorsCard onAdded={settled} />}
    </main>
  );
}
