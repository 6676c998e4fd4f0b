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
  const packages = useTranslation('packages');
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
      <Part name={t('outcome.findings')} text={outcome.findings} />
      <Part name={t('outcome.treatment')} text={outcome.treatment || '—'} />
      <Part name={t('outcome.drugs')} text={outcome.drugs} />
      <Part name={t('outcome.plan')} text={outcome.plan || '—'} />
      <Part name={t('outcome.warning_signs')} text={outcome.warning_signs} />
      <p className="soft small outcome-sign">
        {outcome.author && `${outcome.author.name} · ${outcome.author.organisation.name} · `}
        {outcome.by_proxy && (
          <>
            <Status tone="amber" icon="edit">
              {packages.t('external.outcome')}
            </Status>{' '}
          </>
        )}
        {formatTime(outcome.at, language, clock.now())} · {t('outcome.version', { version: outcome.version })}
      </p>
    </div>
  );
}

function Part({ name, text }: { name: string; text: string }) {
  if (!text.trim()) return null;
  return (
    <div>
      <h3 className="soft">{name}</h3>
      <p className="prewrap">{text}</p>
    </div>
  );
}
