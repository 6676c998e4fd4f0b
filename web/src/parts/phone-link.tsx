// A number that is dialled by a press.

import { useTranslation } from '@/lib/i18n';
import { dialled } from '@/lib/phone';
import { Icon } from '@/ui/icon';

export function PhoneLink({
  phone,
  name,
  look = 'secondary',
}: {
  phone: string;
  name: string;
  look?: 'primary' | 'secondary';
}) {
  const { t } = useTranslation('people');
  return (
    <a
      className={`button button-${look} tabular`}
      href={dialled(phone)}
      aria-label={t('call', { name, phone })}
    >
      <Icon name="phone" />
      {phone}
    </a>
  );
}
