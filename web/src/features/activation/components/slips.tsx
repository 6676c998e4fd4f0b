// The slips of paper: one a person, cut apart after printing.

import { clock } from '@/lib/clock';
import type { ActivationSheet } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';

export function Slips({ sheet }: { sheet: ActivationSheet }) {
  const { t, language } = useTranslation('activation');
  const until = formatTime(sheet.expires_at, language, clock.now());
  return (
    <ul className="slips">
      {sheet.people.map((slip) => (
        <li key={slip.person_id} className="slip">
          <p className="slip-head">
            <strong>{t(slip.resets ? 'sheet.resetSlip' : 'sheet.slip')}</strong>{' '}
            <span className="soft">{sheet.organisation.name}</span>
          </p>
          <dl className="facts">
            <dt>{t('sheet.forName')}</dt>
            <dd>
              <strong>{slip.name}</strong>
              {slip.department && ` · ${slip.department}`}
            </dd>
            {slip.staff_number && (
              <>
                <dt>{t('sheet.number')}</dt>
                <dd>{slip.staff_number}</dd>
              </>
            )}
            <dt>{t('sheet.address')}</dt>
            <dd className="slip-address">{sheet.address}</dd>
            {slip.login && (
              <>
                <dt>{t(slip.resets ? 'sheet.account' : 'sheet.proposed')}</dt>
                <dd className="slip-typed">{slip.login}</dd>
              </>
            )}
            <dt>{t('sheet.code')}</dt>
            <dd className="slip-typed slip-code">{slip.code}</dd>
            <dt>{t('sheet.until')}</dt>
            <dd>{until}</dd>
          </dl>
          <p className="small">{t(slip.resets ? 'sheet.resetSteps' : 'sheet.steps')}</p>
          <p className="small">{t('sheet.secret')}</p>
        </li>
      ))}
    </ul>
  );
}
