// How long each duty may take, by urgency, and who is called when it is missed. In minutes: one unit for a whole table.

import { useState } from 'react';
import { useTranslation } from '@/lib/i18n';
import {
  type Deadlines,
  DUTIES,
  type Duty,
  LADDERS,
  type Ladder,
  MINUTE,
  minutesOf,
  PLAIN,
  type Plain,
  URGENCIES,
  type Urgency,
} from '../spans';
import { useSpanText } from './changes';

export function DeadlinesCard({
  value,
  defaults,
  onChange,
  onWrong,
}: {
  value: Deadlines;
  defaults: Deadlines;
  onChange: (value: Deadlines) => void;
  onWrong: (field: string, is: boolean) => void;
}) {
  const { t } = useTranslation('settings');
  const setSpan = (duty: Duty | Plain, urgency: Urgency, minutes: number) => {
    const span = minutes * MINUTE;
    if (duty === 'complete_record' || duty === 'step') {
      onChange({ ...value, [duty]: { ...value[duty], [urgency]: span } });
    } else {
      const rule = value[duty];
      onChange({ ...value, [duty]: { ...rule, within: { ...rule.within, [urgency]: span } } });
    }
  };
  const spanOf = (of: Deadlines, duty: Duty | Plain, urgency: Urgency) =>
    (duty === 'complete_record' || duty === 'step' ? of[duty] : of[duty].within)[urgency] / MINUTE;
  const cells = (duty: Duty | Plain) =>
    URGENCIES.map((urgency) => (
      <td key={urgency} data-label={t(`urgency.${urgency}`)}>
        <SpanInput
          label={`${t(`duty.${duty}`)} ${t(`urgency.${urgency}`)}`}
          minutes={spanOf(value, duty, urgency)}
          usual={spanOf(defaults, duty, urgency)}
          onChange={(minutes) => {
            onWrong(`${duty}.${urgency}`, minutes === null);
            if (minutes !== null) setSpan(duty, urgency, minutes);
          }}
        />
      </td>
    ));
  return (
    <section className="card" aria-labelledby="settings-deadlines">
      <div className="card-head">
        <div>
          <h2 id="settings-deadlines">{t('deadlines.title')}</h2>
          <p className="soft small">{t('deadlines.lead')}</p>
        </div>
      </div>
      <table className="settings-table">
        <thead>
          <tr>
            <th scope="col">{t('deadlines.duty')}</th>
            {URGENCIES.map((urgency) => (
              <th key={urgency} scope="col">
                {t(`urgency.${urgency}`)}
              </th>
            ))}
            <th scope="col">{t('deadlines.ladder')}</th>
          </tr>
        </thead>
        <tbody>
          {DUTIES.map((duty) => (
            <tr key={duty}>
              <th scope="row">{t(`duty.${duty}`)}</th>
              {cells(duty)}
              <td data-label={t('deadlines.ladder')}>
                <select
                  className="input"
                  aria-label={`${t(`duty.${duty}`)} ${t('deadlines.ladder')}`}
                  value={value[duty].ladder}
                  onChange={(event) =>
                    onChange({ ...value, [duty]: { ...value[duty], ladder: event.target.value as Ladder } })
                  }
                >
                  {LADDERS.map((ladder) => (
                    <option key={ladder} value={ladder}>
                      {t(`ladder.${ladder}`)}
                    </option>
                  ))}
                </select>
              </td>
            </tr>
          ))}
          {PLAIN.map((name) => (
            <tr key={name}>
              <th scope="row">{t(`duty.${name}`)}</th>
              {cells(name)}
              <td>
                <span className="soft small">{t(`plainHint.${name}`)}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function SpanInput({
  label,
  minutes,
  usual,
  onChange,
}: {
  label: string;
  minutes: number;
  usual: number;
  onChange: (minutes: number | null) => void;
}) {
  const { t } = useTranslation('settings');
  const span = useSpanText();
  const [text, setText] = useState(String(minutes));
  const typed = minutesOf(text);
  return (
    <span className="settings-span">
      <input
        className="input"
        inputMode="numeric"
        maxLength={5}
        aria-label={`${label} (${t('minutes')})`}
        aria-invalid={typed === null || undefined}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          onChange(minutesOf(event.target.value));
        }}
      />
      <span className={typed === null ? 'small settings-wrong' : 'small soft'}>
        {typed === null ? t('spanWrong') : span(typed)}
        {typed !== null && typed !== usual && ` · ${t('usual', { span: span(usual) })}`}
      </span>
    </span>
  );
}
