// Where one writes: text that is kept on the device while it is typed, photographs, papers, a voice. On a desk Enter sends
// and Shift+Enter breaks the line; on a phone Enter breaks the line. An input method that composes keeps its Enter.

import { type ChangeEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import type { Id } from '@/lib/contract';
import { dropDraft, keepDraft, readDraft } from '@/lib/drafts';
import { useTranslation } from '@/lib/i18n';
import { uuidv7 } from '@/lib/uuid';
import { Button } from '@/ui/button';
import { Icon } from '@/ui/icon';
import { canRecord, type Voice } from '../api/recording';
import { kindOf } from '../api/sender';
import { shrunk } from '../api/shrink';
import type { PendingFile } from '../api/store';
import { Recorder } from './recorder';
import { TalkIcon } from './talk-icon';

const MOST_FILES = 9;
const MOST_BYTES = 20 * 1024 * 1024;
const MOST_TEXT = 4000;
const PAPERS = 'application/pdf,text/plain,image/*,audio/*,video/mp4,video/webm,.pdf,.txt';

export function Composer({
  person,
  thread,
  onSend,
}: {
  person: Id;
  thread: Id;
  onSend: (text: string, files: PendingFile[]) => void;
}) {
  const { t } = useTranslation('messages');
  const name = `talk.${thread}`;
  const [text, setText] = useState(() => readDraft<string>(person, name)?.value ?? '');
  const [files, setFiles] = useState<PendingFile[]>([]);
  const [recording, setRecording] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const id = useId();

  // It grows with its text, up to a third of a phone.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is what makes it grow
  useEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight + 2, 160)}px`;
  }, [text]);

  function write(next: string) {
    setText(next);
    if (next) keepDraft(person, name, next);
    else dropDraft(person, name);
  }
  function send() {
    if (!text.trim() && files.length === 0) return;
    onSend(text.trim(), files);
    write('');
    setFiles([]);
    setProblem(null);
    area.current?.focus();
  }
  async function pick(event: ChangeEvent<HTMLInputElement>) {
    const picked = [...(event.target.files ?? [])];
    event.target.value = '';
    setProblem(null);
    if (files.length + picked.length > MOST_FILES) setProblem(t('tooMany', { count: MOST_FILES }));
    const room = picked.slice(0, MOST_FILES - files.length);
    const made: PendingFile[] = [];
    for (const file of room) {
      const { blob, name, shows } = await shrunk(file);
      if (blob.size > MOST_BYTES) setProblem(t('tooLarge', { name }));
      else made.push({ id: uuidv7(), kind: kindOf(shows), name, blob, durationMs: null });
    }
    setFiles((before) => [...before, ...made]);
  }
  function say(voice: Voice) {
    setRecording(false);
    const file: PendingFile = {
      id: uuidv7(),
      kind: 'voice',
      name: t('voice.name'),
      blob: voice.blob,
      durationMs: voice.durationMs,
    };
    onSend('', [file]);
  }
  function keys(event: KeyboardEvent) {
    const fine = window.matchMedia('(pointer: fine)').matches;
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || !fine) return;
    event.preventDefault();
    send();
  }
  return (
    <div className="composer">
      {problem && (
        <p className="field-note-wrong small" role="alert">
          {problem}
        </p>
      )}
      {files.length > 0 && (
        <ul className="composer-files">
          {files.map((file) => (
            <li key={file.id} className="composer-file small">
              <Icon name={file.kind === 'photo' ? 'image' : 'file'} size={16} />
              <span className="talk-file-name">{file.name}</span>
              <button
                type="button"
                className="composer-drop"
                aria-label={t('dropFile', { name: file.name })}
                onClick={() => setFiles(files.filter((one) => one.id !== file.id))}
              >
                <Icon name="close" size={16} />
              </button>
            </li>
          ))}
        </ul>
      )}
      {recording ? (
        <Recorder
          onDone={say}
          onCancel={(refused) => {
            setRecording(false);
            setProblem(refused ? t('voice.refused') : null);
          }}
        />
      ) : (
        <div className="composer-line">
          <Pick id={`${id}-photo`} label={t('photo')} accept="image/*" capture onPick={pick} icon="photo" />
          <Pick id={`${id}-paper`} label={t('attach')} accept={PAPERS} onPick={pick} icon="clip" />
          {canRecord() && (
            <button
              type="button"
              className="composer-tool"
              aria-label={t('voice.begin')}
              title={t('voice.begin')}
              onClick={() => setRecording(true)}
            >
              <TalkIcon name="mic" />
            </button>
          )}
          <textarea
            ref={area}
            className="input composer-text"
            rows={1}
            maxLength={MOST_TEXT}
            value={text}
            aria-label={t('write')}
            placeholder={t('write')}
            onChange={(event) => write(event.target.value)}
            onKeyDown={keys}
          />
          <Button
            look="primary"
            icon="send"
            className="composer-send"
            aria-label={t('send')}
            title={t('send')}
            onClick={send}
            disabled={!text.trim() && files.length === 0}
          />
        </div>
      )}
    </div>
  );
}

function Pick({
  id,
  label,
  accept,
  capture = false,
  icon,
  onPick,
}: {
  id: string;
  label: string;
  accept: string;
  capture?: boolean;
  icon: 'photo' | 'clip';
  onPick: (event: ChangeEvent<HTMLInputElement>) => void;
}) {
  // Only a hand-held device has a camera worth taking at once; elsewhere the picture is in a folder.
  const held = capture && window.matchMedia('(pointer: coarse)').matches;
  return (
    <label className="composer-tool" htmlFor={id} title={label}>
      <TalkIcon name={icon} />
      <span className="visually-hidden">{label}</span>
      <input
        id={id}
        type="file"
        className="visually-hidden"
        accept={accept}
        multiple={!held}
        onChange={onPick}
        {...(held && { capture: 'environment' as const })}
      />
    </label>
  );
}
