// The slip that a patient takes along (患者凭条): where, when, what to bring, whom to call, in letters that are read without glasses.

import type { Slip } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { QrCode } from '@/parts/qr-code';
import type { Paper } from './fields';

const BRING = ['identity', 'insurance', 'slip', 'records', 'drugs', 'family'] as const;

export function SlipSheet({ paper, slip }: { paper: Paper; slip: Slip }) {
  const { t, language } = useTranslation('paper');
  const { leg } = paper;
  const undecided = leg.owner === null;
  return (
    <div className="slip-sheet">
      <header className="paper-head">
        <div>
          <p className="paper-title">{t('slip.title')}</p>
          <p className="slip-name">{leg.patient.name}</p>
        </div>
        <div className="paper-code slip-qr">
          <QrCode text={slip.url} label={t('slip.code')} />
          <span className="tabular">{slip.code}</span>
        </div>
      </header>
      <dl className="slip-facts">
        <dt>{t('slip.where')}</dt>
        <dd>
          <strong>{leg.to?.name}</strong>
          {leg.to_department && <span>{leg.to_department.name}</span>}
          {leg.owner && <span>{t('slip.doctor', { name: leg.owner.name })}</span>}
          {leg.reservation?.resource && <span>{t('slip.held', { resource: leg.reservation.resource })}</span>}
        </dd>
        <dt>{t('slip.when')}</dt>
        <dd>
          {leg.urgency === 'emergency' ? (
            <strong>{t('slip.now')}</strong>
          ) : leg.expected_at ? (
            <strong>{formatTime(leg.expected_at, language, 0)}</strong>
          ) : (
            <strong>{t('slip.wait')}</strong>
          )}
          {undecided && leg.urgency !== 'emergency' && <span>{t('slip.waitHint')}</span>}
        </dd>
        <dt>{t('slip.way')}</dt>
        <dd>
          <span>{t('slip.wayHint', { name: leg.to?.name ?? '' })}</span>
        </dd>
        <dt>{t('slip.call')}</dt>
        <dd>
          {paper.to?.phone && (
            <span>
              {leg.to?.name} <strong className="tabular">{paper.to.phone}</strong>
            </span>
          )}
          {(paper.sender?.work_phone ?? paper.from?.phone) && (
            <span>
              {leg.from.name} {leg.sender.name}{' '}
              <strong className="tabular">{paper.sender?.work_phone ?? paper.from?.phone}</strong>
            </span>
          )}
          <span>{t('slip.worse')}</span>
        </dd>
        <dt>{t('slip.bring')}</dt>
        <dd>
          <ul className="slip-bring">
            {BRING.map((thing) => (
              <li key={thing}>☐ {t(`bring.${thing}`)}</li>
            ))}
          </ul>
        </dd>
      </dl>
      <p className="slip-show">{t('slip.show')}</p>
    </div>
  );
}
