// A message that is on its way, or waits, or was refused: what is true of it, and what one can do.

import { useEffect, useState } from 'react';
import { useTranslation } from '@/lib/i18n';
import { useProblemText } from '@/ui/banner';
import { Icon } from '@/ui/icon';
import type { Pending, Sender } from '../api/sender';
import type { PendingFile } from '../api/store';
import { minutes } from './voice';

export function UnsentBubble({ pending, sender }: { pending: Pending; sender: Sender }) {
  const { t } = useTranslation('messages');
  const problemText = useProblemText();
  const { unsent, state, problem } = pending;
  const isAway = state === 'waiting' && problem !== null;
  return (
    <li className="talk-item talk-mine talk-unsent">
      <div className="talk-bubble">
        {unsent.files.map((file) => (
          <UnsentFile key={file.id} file={file} />
        ))}
        {unsent.text && <p className="prewrap">{unsent.text}</p>}
      </div>
      <span className="talk-foot small" role="status">
        {state === 'sending' && (
          <span>
            <Icon name="spinner" size={14} className="spin" />{' '}
            {unsent.files.length > 0
              ? t('state.sendingShare', { share: Math.round(pending.share * 100) })
              : t('state.sending')}
          </span>
        )}
        {state === 'waiting' && (
          <span>
            <Icon name={isAway ? 'offline' : 'clock'} size={14} />{' '}
            {isAway ? t(pending.safe ? 'state.awayKept' : 'state.away') : t('state.waiting')}
          </span>
        )}
        {state === 'failed' && (
          <span className="talk-failed">
            <Icon name="alert" size={14} /> {t('state.failed')} {problem && problemText(problem)}
          </span>
        )}
        {(state === 'failed' || isAway) && (
          <>
            <button type="button" className="talk-receipts" onClick={() => sender.retry(unsent.id)}>
              {t('retry')}
            </button>
            <button type="button" className="talk-receipts" onClick={() => sender.discard(unsent.id)}>
              {t('discard')}
            </button>
          </>
        )}
      </span>
    </li>
  );
}

function UnsentFile({ file }: { file: PendingFile }) {
  const { t } = useTranslation('messages');
  const url = useObjectUrl(file.kind === 'photo' ? file.blob : null);
  if (file.kind === 'voice') {
    return (
      <span className="voice-button tabular">
        <Icon name="play" size={20} /> {minutes(file.durationMs ?? 0)}
      </span>
    );
  }
  return url ? (
    <span className="talk-photo">
      <img src={url} alt={t('photoAlt', { name: file.name })} />
    </span>
  ) : (
    <span className="talk-file">
      <Icon name="file" size={26} /> <span className="talk-file-name">{file.name}</span>
    </span>
  );
}

export function useObjectUrl(blob: Blob | null): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!blob) return;
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return url;
}
