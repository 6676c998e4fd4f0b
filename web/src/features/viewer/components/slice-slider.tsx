// Where one is in the stack and how much of it has arrived; pressing or dragging goes there. Drawn by hand:
// a vertical range input has no form that all supported browsers share.
import type { PointerEvent } from 'react';
import { useTranslation } from '@/lib/i18n';

interface Props {
  index: number;
  count: number;
  loaded: number;
  onGo: (index: number) => void;
}

export function SliceSlider({ index, count, loaded, onGo }: Props) {
  const { t } = useTranslation('viewer');
  const share = count > 1 ? index / (count - 1) : 0;

  function follow(event: PointerEvent<HTMLDivElement>) {
    const box = event.currentTarget.getBoundingClientRect();
    const lying = box.width > box.height;
    const part = lying ? (event.clientX - box.left) / box.width : (event.clientY - box.top) / box.height;
    onGo(Math.round(Math.max(0, Math.min(1, part)) * (count - 1)));
  }

  return (
    // The keys of the viewer move the slices, with the slider focused or not.
    <div
      className="viewer-slider"
      role="slider"
      tabIndex={0}
      aria-label={t('slice')}
      aria-valuemin={1}
      aria-valuemax={count}
      aria-valuenow={index + 1}
      aria-valuetext={`${index + 1} / ${count}`}
      data-testid="viewer-slider"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        follow(event);
      }}
      onPointerMove={(event) => event.currentTarget.hasPointerCapture(event.pointerId) && follow(event)}
    >
      <span className="viewer-slider-track">
        <span
          className="viewer-slider-loaded"
          style={{ ['--part' as string]: Math.min(1, loaded / count) }}
        />
      </span>
      <span className="viewer-slider-thumb" style={{ ['--at' as string]: share }} />
    </div>
  );
}
