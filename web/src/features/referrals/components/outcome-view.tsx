import { clock } from '@/lib/clock';
import type { Outcome } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { Icon } from '@/ui/icon';
import { Status } from '@/ui/status';

/** What became of the patient; earlier versions stay visible. */
export function OutcomeView({ outcome, outcomes }: { outcome: Outcome; outcomes: Outcome[] }) {
  const { t } = useTranslation('referrals');
  const earlier = outcomes.filter((one) => one.version !== outcome.version);
  return (
    <section className="card outcome" aria-labelledby="outcome-title">
      <div className="card-head">
        <h2 id="outcome-title">
          <Icon name="checkCircle" /> {t('outcome.title')}
        </h2>
        <Status tone="teal" icon="arrowRight">
          {t(`disposition.${outcome.disposition}`)}
        </Status>
      </div>
      <div className="card-body">
        <OutcomeBody outcome={outcome} />
        {earlier.length > 0 && (
          <details className="earlier">
            <summary>{t('outcome.earlier', { count: earlier.length })}</summary>
            {earlier.map((one) => (
              <OutcomeBody key={one.version} outcome={one} />
            ))}
          </details>
        )}
      </div>
    </section>
  );
}

function OutcomeBody({ outcome }: { outcome: Outcome }) {
  const { t, language } = useTranslation('referrals');
  return (
    <div className="stack">
      <div>
        <h3 className="soft">{t('outcome.diagnosis')}</h3>
        <p className="prewrap outcome-diagnosis">{outcome.diagnosis.text}</p>
        {outcome.diagnosis.code && (
          <p className="soft small tabular">
            {outcome.diagnosis.code} · {outcome.diagnosis.system} {outcome.diagnosis.system_version}
          </p>
        )}
      </div>
      <div>
        <h3 className="soft">{t('outcome.treatment')}</h3>
        <p className="prewrap">{outcome.treatment || '—'}</p>
      </div>
      <div>
        <h3 className="soft">{t('outcome.plan')}</h3>
        <p className="prewrap">{outcome.plan || '—'}</p>
      </div>
      <p className="soft small outcome-sign">
        {outcome.author && `${outcome.author.name} · ${outcome.author.organisation.name} · `}
        {formatTime(outcome.at, language, clock.now())} · {t('outcome.version', { version: outcome.version })}
      </p>
    </div>
  );
}
