// Recording a voice message: it runs until it is sent or thrown away; the time and the level show that it hears.

import { useEffect, useRef, useState } from 'react';
import { useTranslation } from '@/lib/i18n';
import { Button } from '@/ui/button';
import { LONGEST_MS, Recording, type Voice } from '../api/recording';
import { minutes } from './voice';

const LOOK_EVERY_MS = 100;

export function Recorder({
  onDone,
  onCancel,
}: {
  onDone: (voice: Voice) => void;
  onCancel: (refused: boolean) => void;
}) {
  const { t } = useTranslation('messages');
  const recording = useRef<Recording | null>(null);
  const [elapsed, setElapsed] = useState(0);
  const [level, setLevel] = useState(0);
  const done = useRef(onDone);
  const cancel = useRef(onCancel);
  done.current = onDone;
  cancel.current = onCancel;

  useEffect(() => {
    let over = false;
    let timer: ReturnType<typeof setInterval> | undefined;
    Recording.begin().then(
      (begun) => {
        if (over) return begun.cancel();
        recording.current = begun;
        timer = setInterval(() => {
          setElapsed(begun.elapsed());
          setLevel(begun.level());
          if (begun.elapsed() < LONGEST_MS || recording.current !== begun) return;
          recording.current = null;
          void begun.finish().then((voice) => done.current(voice));
        }, LOOK_EVERY_MS);
      },
      () => !over && cancel.current(true),
    );
    return () => {
      over = true;
      clearInterval(timer);
      recording.current?.cancel();
      recording.current = null;
    };
  }, []);

  function finish() {
    const running = recording.current;
    recording.current = null;
    if (running) void running.finish().then(onDone);
  }
  return (
    <fieldset className="fieldset recorder" aria-label={t('voice.recording')}>
      <Button look="danger" onClick={() => onCancel(false)}>
        {t('voice.cancel')}
      </Button>
      <span className="recorder-level" aria-hidden="true">
        <span style={{ transform: `scaleX(${Math.max(0.03, level)})` }} />
      </span>
      <span className="tabular" role="timer">
        {minutes(elapsed)}
      </span>
      <Button look="primary" icon="send" onClick={finish} disabled={elapsed < 500}>
        {t('voice.send')}
      </Button>
    </fieldset>
  );
}
