// The bar between two panes: dragged, or moved by the arrow keys when it has the focus.
import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { useTranslation } from '@/lib/i18n';

interface Props {
  /** "columns" stands between left and right. */
  between: 'columns' | 'rows';
  share: number;
  onShare: (share: number) => void;
  onDone: () => void;
}

export function Separator({ between, share, onShare, onDone }: Props) {
  const { t } = useTranslation('reading');
  const bar = useRef<HTMLHRElement>(null);

  function follow(event: PointerEvent) {
    const box = bar.current?.parentElement?.getBoundingClientRect();
    if (!box || !bar.current?.hasPointerCapture(event.pointerId)) return;
    onShare(
      between === 'columns' ? (event.clientX - box.left) / box.width : (event.clientY - box.top) / box.height,
    );
  }

  function onKey(event: KeyboardEvent) {
    const [less, more] = between === 'columns' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
    if (event.key !== less && event.key !== more) return;
    event.preventDefault();
    onShare(share + (event.key === more ? 0.03 : -0.03));
    onDone();
  }

  return (
    <hr
      ref={bar}
      className={`desk-separator desk-separator-${between}`}
      aria-orientation={between === 'columns' ? 'vertical' : 'horizontal'}
      aria-label={t('resize')}
      aria-valuenow={Math.round(share * 100)}
      aria-valuemin={20}
      aria-valuemax={80}
      tabIndex={0}
      onKeyDown={onKey}
      onPointerDown={(event) => bar.current?.setPointerCapture(event.pointerId)}
      onPointerMove={follow}
      onPointerUp={onDone}
    />
  );
}
