// The patient is recorded in another place (I-4): where, since when, and what people can do about it. Decides nothing: which of
// the two is wrong only people can find out.

import { Link } from '@tanstack/react-router';
import { clock } from '@/lib/clock';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { asProblem } from '@/lib/problem';
import { PhoneLink } from '@/parts/phone-link';
import { Banner } from '@/ui/banner';

export const ELSEWHERE = 'referral.patient-elsewhere';

const text = (value: unknown) => (typeof value === 'string' ? value : null);

export function Elsewhere({ error }: { error: unknown }) {
  const { t, language } = useTranslation('referrals');
  const { body } = asProblem(error);
  const place = body.organisation as { name?: string } | undefined;
  const [leg, since, phone] = [text(body.leg), text(body.since), text(body.phone)];
  return (
    <Banner tone="red">
      <p>
        <strong>{t('elsewhere.at', { name: place?.name ?? '—' })}</strong>
        {since && `（${t('elsewhere.since', { time: formatTime(since, language, clock.now()) })}）`}
      </p>
      <p>{t('elsewhere.lead')}</p>
      <ol className="elsewhere-steps">
        <li>
          {t('elsewhere.step1')} {phone && <PhoneLink phone={phone} name={place?.name ?? ''} />}
        </li>
        <li>{t('elsewhere.step2')}</li>
        <li>{t('elsewhere.step3')}</li>
      </ol>
      {leg && (
        <Link to="/referrals/$legId" params={{ legId: leg }} className="elsewhere-link">
          {t('elsewhere.open')}
        </Link>
      )}
    </Banner>
  );
}
