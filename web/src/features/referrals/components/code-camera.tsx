// Reads a QR code with the device's camera: by the browser's own detector where there is one, else by jsqr, which is fetched then.

import { useEffect, useRef, useState } from 'react';
import { useTranslation } from '@/lib/i18n';
import { Banner } from '@/ui/banner';

type Detect = (video: HTMLVideoElement) => Promise<string | null>;

interface Detector {
  detect: (source: HTMLVideoElement) => Promise<{ rawValue: string }[]>;
}
interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats?: () => Promise<string[]>;
}

/** Often enough to feel at once, seldom enough for an old phone. */
const LOOK_EVERY_MS = 200;
/** More than that only costs time: a slip fills the frame. */
const LONGEST_SIDE = 640;

async function detector(): Promise<Detect> {
  const Native = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  const formats = (await Native?.getSupportedFormats?.().catch(() => [])) ?? [];
  if (Native && formats.includes('qr_code')) {
    const own = new Native({ formats: ['qr_code'] });
    return async (video) => (await own.detect(video))[0]?.rawValue ?? null;
  }
  const { default: jsQR } = await import('jsqr');
  const canvas = document.createElement('canvas');
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  return async (video) => {
    const shrink = Math.min(1, LONGEST_SIDE / Math.max(video.videoWidth, video.videoHeight, 1));
    canvas.width = Math.round(video.videoWidth * shrink);
    canvas.height = Math.round(video.videoHeight * shrink);
    if (!pen || canvas.width === 0) return null;
    pen.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data, width, height } = pen.getImageData(0, 0, canvas.width, canvas.height);
    return jsQR(data, width, height)?.data || null;
  };
}

export function CodeCamera({ onCode }: { onCode: (text: string) => void }) {
  const { t } = useTranslation('desk');
  const video = useRef<HTMLVideoElement>(null);
  const [refused, setRefused] = useState(false);
  const found = useRef(onCode);
  found.current = onCode;

  useEffect(() => {
    let stream: MediaStream | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const stop = () => {
      over = true;
      clearTimeout(timer);
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
    const start = async () => {
      if (!navigator.mediaDevices) throw new Error('no camera without a secure address');
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
      const detect = await detector();
      if (over || !video.current) return stop();
      video.current.srcObject = stream;
      await video.current.play();
      const look = async () => {
        if (over || !video.current) return;
        const text = await detect(video.current).catch(() => null);
        if (over) return;
        if (text) {
          stop();
          found.current(text);
        } else {
          timer = setTimeout(() => void look(), LOOK_EVERY_MS);
        }
      };
      await look();
    };
    start().catch(() => {
      if (!over) setRefused(true);
      stop();
    });
    return stop;
  }, []);

  if (refused) return <Banner tone="amber">{t('arrivals.cameraRefused')}</Banner>;
  return (
    <figure className="camera">
      <video ref={video} playsInline muted />
      <figcaption className="soft small">{t('arrivals.cameraAim')}</figcaption>
    </figure>
  );
}
