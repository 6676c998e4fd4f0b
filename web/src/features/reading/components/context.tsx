// What is asked and what is known: the question, the summary, and what was asked back.
import type { Consult } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { ConsultUrgencyMark } from '@/parts/consult-status';

export function Context({ consult }: { consult: Consult }) {
  const { t } = useTranslation('reading');
  return (
    <section className="desk-context" aria-label={t('context')} data-testid="desk-context">
      <div>
        <h3>{t('question')}</h3>
        <p className="prewrap desk-question">{consult.question}</p>
      </div>
      <div>
        <h3>{t('summary')}</h3>
        <p className="prewrap">{consult.summary || '—'}</p>
      </div>
      <div>
        <h3>{t('requester')}</h3>
        <p>
          {consult.requester.name}
          <small>{consult.requester.organisation.name}</small>
        </p>
        {consult.consent?.kind === 'emergency_pending' && (
          <p className="desk-consent">{t('consentPending')}</p>
        )}
        {consult.urgency === 'critical' && <ConsultUrgencyMark urgency={consult.urgency} />}
      </div>
      {consult.ask.map((one) => (
        <div key={one.asked_at}>
          <h3>{t('asked')}</h3>
          <p className="prewrap">{one.text}</p>
          <p className="prewrap desk-answer">{one.answer ?? t('unanswered')}</p>
        </div>
      ))}
    </section>
  );
}
