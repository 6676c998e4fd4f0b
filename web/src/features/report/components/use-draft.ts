// The report being written, as state: every change is kept on the device at once and sent when the writer
// pauses. `start` goes first where the consult still waits for it. One request at a time; a stale version is
// taken up by itself unless the report itself was changed by someone else.
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { call } from '@/lib/api';
import type { Consult } from '@/lib/contract';
import { asProblem } from '@/lib/problem';
import { consultQuery } from '@/lib/queries/consults';
import { forget, keep, recall } from '../device';
import { arrival, open, type ReportText, type Saving, same, textOf } from '../draft';

const pause = 1500;
const retryAfter = 6000;

export interface UseDraft {
  text: ReportText;
  saving: Saving;
  problem: unknown;
  change: (part: Partial<ReportText>) => void;
  /** Sends what is typed and answers the consult as it is then; rejects when that could not be done. */
  flush: () => Promise<Consult>;
  takeTheirs: () => void;
  keepMine: () => void;
}

export function useDraft(consult: Consult, personId: string): UseDraft {
  const client = useQueryClient();
  const opened = useRef<ReturnType<typeof open> | null>(null);
  opened.current ??= open(recall(consult.id, personId), textOf(consult.report));
  const [text, setText] = useState(opened.current.text);
  const [saving, setSaving] = useState<Saving>(opened.current.saving);
  const [problem, setProblem] = useState<unknown>(null);
  const [failures, setFailures] = useState(0);

  const latest = useRef(consult);
  latest.current = newer(latest.current, consult);
  const typed = useRef(text);
  const over = useRef(textOf(consult.report));
  const sending = useRef<ReportText | null>(null);
  const running = useRef<Promise<Consult> | null>(null);

  /** Takes up what the server has; false where a human has to choose first. */
  const receive = useCallback(
    (theirs: ReportText): boolean => {
      const meaning = arrival({ typed: typed.current, over: over.current, sending: sending.current }, theirs);
      if (meaning !== 'known') over.current = theirs;
      if (meaning === 'adopt') {
        typed.current = theirs;
        setText(theirs);
        forget(consult.id, personId);
        setSaving({ is: 'clean' });
      }
      if (meaning === 'conflict') setSaving({ is: 'conflict', theirs });
      return meaning !== 'conflict';
    },
    [consult.id, personId],
  );

  // Others write too: what an event brings counts before anything more is sent.
  useEffect(() => {
    // An answer that left the server before our own change was stored tells nothing.
    if (consult.version >= latest.current.version) receive(textOf(consult.report));
  }, [consult.report, consult.version, receive]);

  const command = useCallback(
    async (name: string, body: unknown): Promise<Consult> => {
      const answer = await call<Consult>('POST', `consults/${consult.id}/${name}`, {
        body,
        version: latest.current.version,
      });
      latest.current = answer;
      client.setQueryData(consultQuery(consult.id).queryKey, answer);
      return answer;
    },
    [client, consult.id],
  );

  const send = useCallback(async (): Promise<Consult> => {
    setSaving({ is: 'saving' });
    for (let attempt = 0; ; attempt += 1) {
      const sent = typed.current;
      sending.current = sent;
      try {
        if (latest.current.allowed.includes('start')) await command('start', {});
        const answer = await command('draft_report', sent);
        over.current = textOf(answer.report);
        setProblem(null);
        setFailures(0);
        if (same(sent, typed.current)) {
          forget(consult.id, personId);
          setSaving({ is: 'saved', at: Date.now() });
        } else {
          keep(consult.id, personId, { text: typed.current, over: over.current });
          setSaving({ is: 'on_device' });
        }
        return answer;
      } catch (error) {
        const stale = asProblem(error).status === 412;
        if (stale && attempt < 3) {
          const current = await client.fetchQuery({ ...consultQuery(consult.id), staleTime: 0 });
          latest.current = current;
          if (receive(textOf(current.report))) continue;
        } else {
          setSaving({ is: 'failed' });
          setProblem(error);
          setFailures((count) => count + 1);
        }
        throw error;
      } finally {
        sending.current = null;
      }
    }
  }, [client, command, consult.id, personId, receive]);

  const flush = useCallback(async (): Promise<Consult> => {
    // What is under way was typed earlier: it ends first, then the rest follows.
    if (running.current) await running.current.catch(() => undefined);
    if (same(typed.current, over.current) && latest.current.report) return latest.current;
    const mine = send();
    running.current = mine;
    try {
      return await mine;
    } finally {
      if (running.current === mine) running.current = null;
    }
  }, [send]);

  const change = useCallback(
    (part: Partial<ReportText>) => {
      const next = { ...typed.current, ...part };
      typed.current = next;
      setText(next);
      keep(consult.id, personId, { text: next, over: over.current });
      setSaving((now) => (now.is === 'conflict' ? now : { is: 'on_device' }));
    },
    [consult.id, personId],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: every keystroke begins the pause anew
  useEffect(() => {
    const due = saving.is === 'on_device' ? pause : saving.is === 'failed' ? retryAfter : null;
    if (due === null) return;
    const timer = setTimeout(() => void flush().catch(() => undefined), due);
    return () => clearTimeout(timer);
  }, [text, saving.is, failures, flush]);

  return {
    text,
    saving,
    problem,
    change,
    flush,
    takeTheirs: () => {
      if (saving.is !== 'conflict') return;
      typed.current = saving.theirs;
      over.current = saving.theirs;
      forget(consult.id, personId);
      setText(saving.theirs);
      setSaving({ is: 'clean' });
    },
    keepMine: () => {
      if (saving.is !== 'conflict') return;
      over.current = saving.theirs;
      setSaving({ is: 'on_device' });
    },
  };
}

function newer(a: Consult, b: Consult): Consult {
  return b.version >= a.version ? b : a;
}
