// One person in one position: who, where, whether on duty, and the numbers to call.

import { clock } from '@/lib/clock';
import type { Found } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { PhoneLink } from '@/parts/phone-link';
import { Status } from '@/ui/status';

export function FoundRow({ found }: { found: Found }) {
  const { t, language } = useTranslation('people');
  const common = useTranslation();
  const { on_duty: duty, deputy } = found;
  return (
    <li className="found" tabIndex={-1} data-person={found.id}>
      <div className="found-who">
        <p>
          <strong className="item-name">{found.name}</strong> <span className="soft">{found.title}</span>
          {duty && (
            <Status tone="green" icon="clock">
              {t(duty.rank === 'duty' ? `kind.${duty.kind}` : `deputyKind.${duty.kind}`)}
              {' · '}
              {t('until', { time: formatTime(duty.until, language, clock.now()) })}
            </Status>
          )}
        </p>
        <p>
          {[found.organisation.name, found.department?.name].filter(Boolean).join(' · ')}
          <span className="soft"> · {common.t(`role.${found.role}`)}</span>
        </p>
        {found.specialty && <p className="soft small">{found.specialty}</p>}
      </div>
      <div className="found-reach">
        {found.work_phone ? (
          <PhoneLink phone={found.work_phone} name={found.name} look="primary" />
        ) : (
          <span className="soft small">{t('noPhone')}</span>
        )}
        {deputy && (
          <p className="found-deputy">
            <span className="soft small">{t(duty ? 'deputy' : 'onDutyThere')}</span> {deputy.name}
            {deputy.work_phone && <PhoneLink phone={deputy.work_phone} name={deputy.name} />}
          </p>
        )}
      </div>
    </li>
  );
}
