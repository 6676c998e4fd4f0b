// 提醒方式: by which ways I am told of what, in which language, and when not. In the product everybody is always told.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import type { NoticeClass, NoticePreferences, NoticePreferencesInput, NoticeWays } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { preferencesQuery, putPreferences } from '@/lib/queries/notices';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Check, Choices, TextField } from '@/ui/field';
import { Loaded } from '@/ui/states';
import { toast } from '@/ui/toast';
import '../notices.css';

const CLASSES: NoticeClass[] = ['tasks', 'answers', 'escalations', 'messages', 'administration'];
const NIGHT = { from: '22:00', until: '07:00' };

export function NoticeSettingsPage() {
  const { t } = useTranslation('notices');
  const query = useQuery({ ...preferencesQuery, refetchOnWindowFocus: false });
  return (
    <div className="page" style={{ maxWidth: 760 }}>
      <div className="page-head">
        <h1>{t('prefs.title')}</h1>
      </div>
      <div className="card">
        <div className="card-body">
          <Loaded query={query}>{(standing) => <Settings standing={standing} />}</Loaded>
        </div>
      </div>
    </div>
  );
}

function Settings({ standing }: { standing: NoticePreferences }) {
  const { t } = useTranslation('notices');
  const client = useQueryClient();
  const [chosen, setChosen] = useState<NoticePreferencesInput>(() => ({
    language: standing.language,
    channels: standing.channels,
    quiet: standing.quiet,
  }));
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const { quiet } = chosen;

  function choose(name: NoticeClass, ways: NoticeWays) {
    setChosen({ ...chosen, channels: { ...chosen.channels, [name]: ways } });
  }

  async function save(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      client.setQueryData(preferencesQuery.queryKey, await putPreferences(chosen));
      toast(t('prefs.saved'));
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <form onSubmit={save} noValidate className="stack">
      <p className="soft">{t('prefs.lead')}</p>
      {problem !== null && <ProblemBanner error={problem} />}
      <Ways standing={standing} chosen={chosen} onChoose={choose} />
      <Reach standing={standing} />
      <Choices
        legend={t('prefs.language')}
        value={chosen.language}
        options={[
          { value: 'zh-CN', label: t('prefs.zh-CN') },
          { value: 'en', label: t('prefs.en') },
        ]}
        onChange={(language) => setChosen({ ...chosen, language })}
      />
      <fieldset className="fieldset">
        <legend>{t('prefs.quiet')}</legend>
        <Check
          checked={quiet !== null}
          onChange={(event) => setChosen({ ...chosen, quiet: event.target.checked ? NIGHT : null })}
        >
          {t('prefs.quietOn')}
        </Check>
        {quiet && (
          <div className="notices-times">
            <TextField
              label={t('prefs.quietFrom')}
              type="time"
              value={quiet.from}
              onChange={(event) => setChosen({ ...chosen, quiet: { ...quiet, from: event.target.value } })}
            />
            <TextField
              label={t('prefs.quietUntil')}
              type="time"
              value={quiet.until}
              onChange={(event) => setChosen({ ...chosen, quiet: { ...quiet, until: event.target.value } })}
            />
          </div>
        )}
        <p className="soft small">{t('prefs.quietHint', { zone: standing.timezone })}</p>
      </fieldset>
      <div>
        <Button type="submit" look="primary" busy={busy}>
          {t('prefs.save')}
        </Button>
      </div>
    </form>
  );
}

function Ways({
  standing,
  chosen,
  onChoose,
}: {
  standing: NoticePreferences;
  chosen: NoticePreferencesInput;
  onChoose: (name: NoticeClass, ways: NoticeWays) => void;
}) {
  const { t } = useTranslation('notices');
  return (
    <table className="notices-ways">
      <thead>
        <tr>
          <th scope="col">
            <span className="visually-hidden">{t('prefs.ways')}</span>
          </th>
          <th scope="col">{t('prefs.mail')}</th>
          {standing.phone_offered && <th scope="col">{t('prefs.phone')}</th>}
        </tr>
      </thead>
      <tbody>
        {CLASSES.map((name) => {
          const ways = chosen.channels[name];
          const label = t(`prefs.class.${name}`);
          return (
            <tr key={name}>
              <th scope="row">
                {label}
                <br />
                <span className="soft small">{t(`prefs.classHint.${name}`)}</span>
              </th>
              <td>
                <Check
                  checked={ways.mail}
                  onChange={(event) => onChoose(name, { ...ways, mail: event.target.checked })}
                >
                  <span className="visually-hidden">
                    {label} {t('prefs.mail')}
                  </span>
                </Check>
              </td>
              {standing.phone_offered && (
                <td>
                  <Check
                    checked={ways.phone}
                    onChange={(event) => onChoose(name, { ...ways, phone: event.target.checked })}
                  >
                    <span className="visually-hidden">
                      {label} {t('prefs.phone')}
                    </span>
                  </Check>
                </td>
              )}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** Where it goes; who has no address hears whom to ask. */
function Reach({ standing }: { standing: NoticePreferences }) {
  const { t } = useTranslation('notices');
  const { email, phone } = standing;
  return (
    <ul className="soft small">
      <li>{email ? t('prefs.mailTo', { address: email }) : t('prefs.mailNone')}</li>
      {!standing.phone_offered ? (
        <li>{t('prefs.phoneOff')}</li>
      ) : (
        <li>{phone ? t('prefs.phoneTo', { number: phone }) : t('prefs.phoneNone')}</li>
      )}
    </ul>
  );
}
