import { type DragEvent, useRef, useState } from 'react';
import { useTranslation } from '@/lib/i18n';
import { Button } from '@/ui/button';
import { Icon } from '@/ui/icon';

/** A place to drop a spreadsheet on, with a button for everybody who would rather look for it. */
export function ChooseFile({
  busy,
  small,
  onChoose,
}: {
  busy: boolean;
  /** What was found in the last one is more important now. */
  small: boolean;
  onChoose: (file: File) => void;
}) {
  const { t } = useTranslation('directory');
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const take = (files: FileList | null) => {
    const file = files?.[0];
    if (file && !busy) onChoose(file);
  };
  const drag = (is: boolean) => (event: DragEvent) => {
    event.preventDefault();
    setOver(is);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is the second way; the button is the first
    <div
      className={['import-drop', over && 'import-over', small && 'import-small'].filter(Boolean).join(' ')}
      onDragOver={drag(true)}
      onDragLeave={drag(false)}
      onDrop={(event) => {
        drag(false)(event);
        take(event.dataTransfer.files);
      }}
    >
      <Icon name="upload" size={small ? 22 : 32} />
      <p>{t('import.drop')}</p>
      <Button look="primary" busy={busy} onClick={() => input.current?.click()}>
        {t('import.choose')}
      </Button>
      <input
        ref={input}
        type="file"
        className="visually-hidden"
        tabIndex={-1}
        accept=".csv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        aria-label={t('import.choose')}
        onChange={(event) => {
          take(event.target.files);
          // The same file again, mended meanwhile, is a new choice.
          event.target.value = '';
        }}
      />
    </div>
  );
}
