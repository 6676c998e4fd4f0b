// The files of the queue, those that ask for attention first, each with its state and outcome in words.

import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { UploadOutcome, UploadResult } from '@/lib/contract';
import { formatBytes } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { Problem } from '@/lib/problem';
import { mayAssignStudies, useMe } from '@/lib/session';
import type { QueueItem } from '@/lib/uploads/queue';
import { useProblemText } from '@/ui/banner';
import { Button } from '@/ui/button';
import type { IconName } from '@/ui/icon';
import { Status, type Tone } from '@/ui/status';

const SHOWN = 40;

const OUTCOMES: Record<UploadOutcome, { tone: Tone; icon: IconName }> = {
  stored: { tone: 'green', icon: 'checkCircle' },
  duplicate: { tone: 'gray', icon: 'copy' },
  alternate: { tone: 'green', icon: 'checkCircle' },
  quarantined: { tone: 'amber', icon: 'alert' },
  unassigned: { tone: 'amber', icon: 'question' },
  refused: { tone: 'red', icon: 'ban' },
};

const GRAVITY: UploadOutcome[] = ['refused', 'quarantined', 'unassigned', 'alternate', 'stored', 'duplicate'];

/** The gravest outcome of a file with several images inside, such as a zip. */
function gravest(results: UploadResult[]): UploadOutcome {
  return GRAVITY.find((outcome) => results.some((result) => result.outcome === outcome)) ?? 'stored';
}

function rank(item: QueueItem): number {
  if (item.state === 'failed') return 0;
  if (item.state === 'sending' || item.state === 'finishing') return 1;
  if (item.state === 'done')
    return ['refused', 'quarantined', 'unassigned'].includes(gravest(item.results)) ? 0 : 3;
  return 2;
}

export function UploadList({
  items,
  paused,
  onRetry,
  onRemove,
}: {
  items: readonly QueueItem[];
  paused: boolean;
  onRetry: (key: string) => void;
  onRemove: (key: string) => void;
}) {
  const { t } = useTranslation('uploads');
  const [all, setAll] = useState(false);
  const sorted = [...items].sort((a, b) => rank(a) - rank(b));
  const shown = all ? sorted : sorted.slice(0, SHOWN);
  return (
    <>
      <ul className="uploads">
        {shown.map((item) => (
          <UploadRow key={item.key} item={item} paused={paused} onRetry={onRetry} onRemove={onRemove} />
        ))}
      </ul>
      {sorted.length > shown.length && (
        <Button look="quiet" block onClick={() => setAll(true)}>
          {t('showAll', { count: sorted.length })}
        </Button>
      )}
    </>
  );
}

function UploadRow({
  item,
  paused,
  onRetry,
  onRemove,
}: {
  item: QueueItem;
  paused: boolean;
  onRetry: (key: string) => void;
  onRemove: (key: string) => void;
}) {
  const { t } = useTranslation('uploads');
  const percent = item.size === 0 ? 0 : Math.floor((item.sent / item.size) * 100);
  return (
    <li className="upload" data-state={item.state}>
      <span className="upload-name">{item.name}</span>
      <span className="upload-size soft small tabular">{formatBytes(item.size)}</span>
      <span className="upload-state">
        {item.state === 'waiting' && (
          <Status tone="gray" icon={paused ? 'pause' : 'clock'}>
            {paused ? t('paused') : item.attempts > 0 ? t('waitingLine') : t('waiting')}
          </Status>
        )}
        {item.state === 'sending' && (
          <Status tone="teal" icon="upload">
            {t('sending', { percent })}
          </Status>
        )}
        {item.state === 'finishing' && (
          <Status tone="teal" icon="spinner">
            {t('finishing')}
          </Status>
        )}
        {item.state === 'done' && <Outcome results={item.results} />}
        {item.state === 'failed' && (
          <Status tone="red" icon="alert">
            {t('failed')}
          </Status>
        )}
      </span>
      <span className="upload-actions">
        {item.state === 'failed' && (
          <Button look="quiet" icon="refresh" onClick={() => onRetry(item.key)}>
            {t('retry')}
          </Button>
        )}
        {(item.state === 'failed' || item.state === 'waiting') && (
          <Button
            look="quiet"
            icon="close"
            aria-label={t('remove', { name: item.name })}
            onClick={() => onRemove(item.key)}
          />
        )}
      </span>
      <Why item={item} />
    </li>
  );
}

function Outcome({ results }: { results: UploadResult[] }) {
  const { t } = useTranslation('uploads');
  const worst = gravest(results);
  const several = results.length > 1;
  return (
    <Status {...OUTCOMES[worst]}>
      {t(`outcome.${worst}`)}
      {several && ` (${results.filter((result) => result.outcome === worst).length}/${results.length})`}
    </Status>
  );
}

/** What a failure or an unusual outcome means, and what to do. */
function Why({ item }: { item: QueueItem }) {
  const { t } = useTranslation('uploads');
  const problemText = useProblemText();
  const lines: string[] = [];
  if (item.state === 'failed' && item.code)
    lines.push(problemText(new Problem({ code: item.code, status: 422 })));
  if (item.state === 'done') {
    const worst = gravest(item.results);
    if (worst === 'quarantined' || worst === 'unassigned') lines.push(t(`why.${worst}`));
    for (const code of new Set(item.results.filter((r) => r.outcome === 'refused').map((r) => r.code))) {
      lines.push(problemText(new Problem({ code: code ?? 'imaging.not-dicom', status: 422 })));
    }
  }
  if (lines.length === 0) return null;
  return (
    <span className="upload-why small">
      {lines.join(' ')} <ToAssign item={item} />
    </span>
  );
}

/** The way to where such a study is put right; beside this page, which may still be sending. */
function ToAssign({ item }: { item: QueueItem }) {
  const { t } = useTranslation('uploads');
  const { role } = useMe().position;
  const stray = item.results.filter((one) => one.outcome === 'quarantined' || one.outcome === 'unassigned');
  const [study, ...more] = [...new Set(stray.map((one) => one.study_id))];
  if (!study || !mayAssignStudies(role)) return null;
  const text = t('toAssign');
  return more.length === 0 ? (
    <Link to="/studies/$studyId" params={{ studyId: study }} target="_blank">
      {text}
    </Link>
  ) : (
    <Link to="/studies" target="_blank">
      {text}
    </Link>
  );
}
