import { useTranslation } from '@/lib/i18n';

/** How much waits at a place of the navigation; nothing is not shown. */
export function PlaceCount({ count }: { count: number }) {
  const { t } = useTranslation();
  if (count === 0) return null;
  return (
    <span className="count place-count">
      <span aria-hidden="true">{count > 99 ? '99+' : count}</span>
      <span className="visually-hidden">{t('placeWaiting', { count })}</span>
    </span>
  );
}
