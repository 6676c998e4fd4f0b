// The frame of the page for hospitals without an account: what this is, the language, and the code in the address.

import { useLocation } from '@tanstack/react-router';
import { OpenPackage } from '@/features/referrals/components/open-package';
import { useTranslation } from '@/lib/i18n';
import { Icon } from '@/ui/icon';
import { LanguageSwitch } from './language-switch';

export function OpenPackagePage() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  return (
    <main className="package-open">
      <header className="package-brand not-printed">
        <Icon name="pulse" size={24} /> <span>{t('productShort')}</span>
        <LanguageSwitch />
      </header>
      <OpenPackage code={decodeURIComponent(pathname.split('/')[2] ?? '')} />
    </main>
  );
}
