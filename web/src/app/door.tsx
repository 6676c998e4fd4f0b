// What everybody sees who is not in yet: what this is, and a box to get in by.

import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Me } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { sessionQuery } from '@/lib/session';
import { Icon } from '@/ui/icon';
import { LanguageSwitch } from './language-switch';
import { tellSessionChanged } from './session-sync';

export function Door({ children }: { children: ReactNode }) {
  const { t } = useTranslation('session');
  return (
    <div className="signin">
      <aside className="signin-side">
        <div className="signin-mark">
          <Icon name="pulse" size={30} />
        </div>
        <p className="signin-product">{t('product')}</p>
        <p className="signin-claim">{t('claim')}</p>
        <ul className="signin-points">
          {(['pointConsult', 'pointReferral', 'pointTrace'] as const).map((point) => (
            <li key={point}>
              <Icon name="check" /> {t(point)}
            </li>
          ))}
        </ul>
      </aside>
      <main className="signin-main">
        <div className="signin-language">
          <LanguageSwitch />
        </div>
        <div className="signin-box">{children}</div>
      </main>
    </div>
  );
}

/** Takes the new session over, tells the other tabs, and goes in. */
export function useEnter(to: string): (me: Me) => void {
  const navigate = useNavigate();
  const client = useQueryClient();
  return (me) => {
    client.clear();
    client.setQueryData(sessionQuery.queryKey, me);
    tellSessionChanged();
    void navigate({ to, replace: true });
  };
}
