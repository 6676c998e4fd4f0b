// Adding studies to a consult: drop or pick files, folders and zips; progress and outcome of each in words.

import { type DragEvent, useRef, useState, useSyncExternalStore } from 'react';
import { formatBytes } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { fromDrop, fromPicker } from '@/lib/uploads/collect';
import { totals } from '@/lib/uploads/queue';
import type { UploadRunner } from '@/lib/uploads/runner';
import { Banner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Icon } from '@/ui/icon';
import { UploadList } from './upload-list';
import './attachments.css';

export function Attachments({ runner }: { runner: UploadRunner }) {
  const { t } = useTranslation('uploads');
  const queue = useSyncExternalStore(runner.subscribe, runner.snapshot);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const sum = totals(queue);
  const percent = sum.bytes === 0 ? 0 : Math.floor((sum.sent / sum.bytes) * 100);

  async function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    runner.add(await fromDrop(event.dataTransfer));
  }
  function pick(input: HTMLInputElement) {
    runner.add(fromPicker(input.files ?? []));
    input.value = '';
  }

  return (
    <div className="stack">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra way; the buttons inside do the same */}
      <div
        className={over ? 'drop drop-over' : 'drop'}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => void drop(event)}
      >
        <Icon name="upload" size={30} />
        <p className="drop-title">{t('drop')}</p>
        <p className="soft small">{t('dropHint')}</p>
        <div className="row" style={{ justifyContent: 'center' }}>
          <Button icon="file" onClick={() => files.current?.click()}>
            {t('pickFiles')}
          </Button>
          <Button icon="folder" className="drop-folder" onClick={() => folder.current?.click()}>
            {t('pickFolder')}
          </Button>
        </div>
        <input
          ref={files}
          type="file"
          multiple
          hidden
          data-testid="pick-files"
          onChange={(event) => pick(event.target)}
        />
        <input
          ref={folder}
          type="file"
          hidden
          data-testid="pick-folder"
          {...{ webkitdirectory: '' }}
          onChange={(event) => pick(event.target)}
        />
      </div>

      {sum.files > 0 && (
        <section aria-label={t('progress')}>
          {!queue.online && (
            <Banner tone="red" icon="offline">
              {t('offline')}
            </Banner>
          )}
          {queue.online && sum.cut && (
            <Banner tone="amber" icon="offline">
              {t('cut')}
            </Banner>
          )}
          <div className="upload-sum">
            <div className="spread">
              <strong className="tabular" aria-live="polite">
                {t('sum', { done: sum.done, files: sum.files })}
                {sum.failed > 0 && (
                  <span className="upload-failed"> · {t('sumFailed', { count: sum.failed })}</span>
                )}
              </strong>
              <span className="row">
                <span className="soft small tabular">
                  {formatBytes(sum.sent)} / {formatBytes(sum.bytes)}
                </span>
                {sum.failed > 1 && (
                  <Button look="quiet" icon="refresh" onClick={() => runner.retryAll()}>
                    {t('retryAll')}
                  </Button>
                )}
                {sum.active &&
                  (queue.paused ? (
                    <Button look="secondary" icon="play" onClick={() => runner.resume()}>
                      {t('resume')}
                    </Button>
                  ) : (
                    <Button look="secondary" icon="pause" onClick={() => runner.pause()}>
                      {t('pause')}
                    </Button>
                  ))}
              </span>
            </div>
            <progress className="bar" value={percent} max={100} aria-label={t('progress')} />
          </div>
          <UploadList
            items={queue.items}
            paused={queue.paused}
            onRetry={(key) => runner.retry(key)}
            onRemove={(key) => runner.remove(key)}
          />
        </section>
      )}
    </div>
  );
}
