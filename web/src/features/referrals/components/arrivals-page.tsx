// 扫码到院: a patient stands at the desk with a slip. A scanner types into the field, the camera looks, or somebody finds the name
// among the expected; then the arrival is confirmed, or the page says what is wrong and what a human can do.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import type { Leg } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { boardQuery, EVERYTHING, readSlip } from '@/lib/queries/board';
import { legQuery } from '@/lib/queries/legs';
import { useSettled } from '@/lib/settled';
import { LegStatus, LegUrgencyMark } from '@/parts/leg-status';
import { PatientLine } from '@/parts/patient-line';
import { Button } from '@/ui/button';
import { DeskIcon } from '@/ui/desk-icon';
import { TextField } from '@/ui/field';
import { Empty, Loaded } from '@/ui/states';
import { read } from '../api/slip';
import { ArrivalFound, ArrivalProblem } from './arrival-found';
import './arrivals.css';

const CodeCamera = lazy(() => import('./code-camera').then((m) => ({ default: m.CodeCamera })));

type Shown = { leg: Leg } | { problem: unknown; code: string } | null;

export function ArrivalsPage() {
  const { t } = useTranslation('desk');
  const { code: asked } = useSearch({ from: '/shell/arrivals' });
  const navigate = useNavigate();
  const client = useQueryClient();
  const [text, setText] = useState('');
  const [words, setWords] = useState('');
  const [shown, setShown] = useState<Shown>(null);
  const [busy, setBusy] = useState(false);
  const [camera, setCamera] = useState(false);
  const field = useRef<HTMLDivElement>(null);
  const focus = useCallback(() => field.current?.querySelector('input')?.focus(), []);

  const look = useCallback(
    async (typed: string) => {
      const found = read(typed);
      setCamera(false);
      if (found.kind === 'words') {
        setShown(null);
        return setWords(found.words);
      }
      setBusy(true);
      try {
        const leg = await readSlip(found.code);
        client.setQueryData(legQuery(leg.id).queryKey, leg);
        setShown({ leg });
      } catch (problem) {
        setShown({ problem, code: found.code });
      } finally {
        setBusy(false);
        setText('');
      }
    },
    [client],
  );

  // A telephone's own camera opens the address of the slip: `/r/<code>` leads here.
  useEffect(() => {
    if (!asked) return;
    void look(asked);
    void navigate({ to: '/arrivals', search: {}, replace: true });
  }, [asked, look, navigate]);
  useEffect(focus, [focus]);

  function again() {
    setShown(null);
    setText('');
    setWords('');
    focus();
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    if (text.trim()) void look(text);
  }
  return (
    <div className="page arrivals">
      <div className="page-head">
        <div>
          <h1>{t('arrivals.title')}</h1>
          <p className="soft">{t('arrivals.lead')}</p>
        </div>
      </div>
      <form className="card card-body arrivals-scan" onSubmit={submit}>
        <div ref={field} className="arrivals-field">
          <TextField
            label={t('arrivals.codeLabel')}
            hint={t('arrivals.codeHint')}
            value={text}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
        <div className="arrivals-acts">
          <Button type="submit" look="primary" icon="search" busy={busy}>
            {t('arrivals.find')}
          </Button>
          <Button aria-pressed={camera} onClick={() => setCamera(!camera)}>
            <DeskIcon name="camera" size={18} /> {t(camera ? 'arrivals.cameraOff' : 'arrivals.camera')}
          </Button>
        </div>
        {camera && (
          <Suspense fallback={null}>
            <CodeCamera onCode={(found) => void look(found)} />
          </Suspense>
        )}
      </form>
      <div aria-live="polite">
        {shown && 'leg' in shown && <ArrivalFound key={shown.leg.id} leg={shown.leg} onAgain={again} />}
        {shown && 'problem' in shown && (
          <ArrivalProblem problem={shown.problem} code={shown.code} onAgain={again} />
        )}
      </div>
      {!shown && (
        <Expected
          words={words}
          onWords={setWords}
          onPick={async (id) => {
            // Fresh: somebody else may have registered the arrival a moment ago.
            const leg = await client.fetchQuery({ ...legQuery(id), staleTime: 0 });
            setShown({ leg });
          }}
        />
      )}
    </div>
  );
}

function Expected({
  words,
  onWords,
  onPick,
}: {
  words: string;
  onWords: (words: string) => void;
  onPick: (id: string) => Promise<void>;
}) {
  const { t } = useTranslation('desk');
  const settled = useSettled(words, 250);
  const query = useQuery(boardQuery({ ...EVERYTHING, group: 'coming', text: settled }));
  return (
    <section className="card" aria-labelledby="expected">
      <div className="card-head arrivals-expected">
        <h2 id="expected">{t('arrivals.expected')}</h2>
        <input
          type="search"
          className="input"
          aria-label={t('arrivals.expectedSearch')}
          placeholder={t('arrivals.expectedSearch')}
          value={words}
          onChange={(event) => onWords(event.target.value)}
        />
      </div>
      <Loaded query={query}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty icon="users" title={t('arrivals.expectedNone')} />
          ) : (
            <ul className="rows">
              {page.items.map((row) => (
                <li key={row.id}>
                  <button
                    type="button"
                    className="rows-link item item-button"
                    onClick={() => void onPick(row.id)}
                  >
                    <span className="item-top">
                      <span className="item-name">
                        <PatientLine patient={row.patient} />
                      </span>
                      <span className="item-time tabular">{row.number}</span>
                    </span>
                    <span className="row item-marks">
                      <LegUrgencyMark urgency={row.urgency} />
                      <LegStatus state={row.state} />
                      <span className="soft small">
                        {[row.from.name, row.to_department?.name, row.owner?.name]
                          .filter(Boolean)
                          .join(' · ')}
                      </span>
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}
