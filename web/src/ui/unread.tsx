import { useTranslation } from '@/lib/i18n';

/** The dot before what nobody here has read yet. */
export function Unread() {
  const { t } = useTranslation();
  return (
    <span className="unread">
      <span className="visually-hidden">{t('unread')}</span>
    </span>
  );
}
