// One message: who, what, when, and who has read it. What was taken back says only that.

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { Attachment, Id, Message, PersonRef } from '@/lib/contract';
import { formatBytes, formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { documentUrl, threadQuery, withdrawMessage } from '@/lib/queries/threads';
import { useNow } from '@/lib/ticker';
import { useProblemText } from '@/ui/banner';
import { Icon } from '@/ui/icon';
import { Lightbox } from './lightbox';
import { Receipts } from './receipts';
import { VoiceMessage } from './voice';

interface BubbleProps {
  thread: Id;
  message: Message;
  people: PersonRef[];
  mine: boolean;
}

export function Bubble({ thread, message, people, mine }: BubbleProps) {
  const { t, language } = useTranslation('messages');
  const { author } = message;
  if (message.withdrawn_at) {
    return (
      <li className="talk-event small soft">{t('withdrawn', { name: mine ? t('me') : author.name })}</li>
    );
  }
  return (
    <li className={mine ? 'talk-item talk-mine' : 'talk-item'}>
      <span className="talk-who small soft">
        {!mine && (
          <>
            <strong>{author.name}</strong> {author.organisation.name}{' '}
          </>
        )}
        <time dateTime={message.created_at} className="tabular">
          {formatTime(message.created_at, language, clock.now())}
        </time>
      </span>
      <div className="talk-bubble">
        {message.attachments.map((attachment) => (
          <Attached key={attachment.document.id} attachment={attachment} />
        ))}
        {message.text && <p className="prewrap">{message.text}</p>}
      </div>
      <span className="talk-foot small">
        {mine && <Receipts message={message} people={people} />}
        {message.withdrawable_until && (
          <Withdraw thread={thread} message={message} until={Date.parse(message.withdrawable_until)} />
        )}
      </span>
    </li>
  );
}

function Withdraw({ thread, message, until }: { thread: Id; message: Message; until: number }) {
  const { t } = useTranslation('messages');
  const problemText = useProblemText();
  const client = useQueryClient();
  const now = useNow();
  const withdraw = useMutation({
    mutationFn: () => withdrawMessage(thread, message.id),
    onSettled: () => client.invalidateQueries({ queryKey: threadQuery(thread).queryKey }),
  });
  if (now >= until) return null;
  return (
    <>
      <button
        type="button"
        className="talk-receipts"
        disabled={withdraw.isPending}
        onClick={() => withdraw.mutate()}
      >
        {t('withdraw')}
      </button>
      {withdraw.error && <span role="alert">{problemText(withdraw.error)}</span>}
    </>
  );
}

function Attached({ attachment }: { attachment: Attachment }) {
  const { t } = useTranslation('messages');
  const [large, setLarge] = useState(false);
  const { document, kind, duration_ms: duration } = attachment;
  if (kind === 'voice') return <VoiceMessage url={documentUrl(document.id)} durationMs={duration ?? 1} />;
  if (document.inline && document.media_type.startsWith('image/')) {
    return (
      <>
        <button type="button" className="talk-photo" onClick={() => setLarge(true)}>
          <img
            src={documentUrl(document.id)}
            alt={t('photoAlt', { name: document.name })}
            loading="lazy"
            decoding="async"
          />
        </button>
        {large && <Lightbox document={document} onClose={() => setLarge(false)} />}
      </>
    );
  }
  if (document.inline && document.media_type.startsWith('video/')) {
    return (
      // biome-ignore lint/a11y/useMediaCaption: a recording from a bedside has no captions
      <video className="talk-video" src={documentUrl(document.id)} controls preload="metadata" playsInline />
    );
  }
  return (
    <a className="talk-file" href={documentUrl(document.id, true)} download>
      <Icon name="file" size={26} />
      <span>
        <span className="talk-file-name">{document.name}</span>
        <span className="soft small tabular">{formatBytes(document.size)}</span>
      </span>
    </a>
  );
}
