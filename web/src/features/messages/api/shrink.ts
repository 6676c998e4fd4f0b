// Photographs are made smaller on the device: at most 1600 pixels, as JPEG, so that one costs 400 kB on a thin line and not
// 8 MB. What the camera wrote about place and device is gone with it. What cannot be read as a picture stays as it is.

const EDGE = 1600;
const QUALITY = 0.82;
/** So small a picture is sent as it is. */
const SMALL = 400 * 1024;

/** The size that fits, with the same proportions; never larger than it was. */
export function fitted(width: number, height: number): { width: number; height: number } {
  const scale = Math.min(1, EDGE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

export async function shrunk(file: File): Promise<{ blob: Blob; name: string; shows: boolean }> {
  if (!file.type.startsWith('image/') || file.type === 'image/svg+xml')
    return { blob: file, name: file.name, shows: false };
  const picture = await decoded(file);
  if (!picture) return { blob: file, name: file.name, shows: false };
  const { width, height } = fitted(picture.width, picture.height);
  const kept = file.type === 'image/jpeg' || file.type === 'image/png' || file.type === 'image/webp';
  if (kept && file.size <= SMALL && width === picture.width) {
    picture.close();
    return { blob: file, name: file.name, shows: true };
  }
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (context) {
    // JPEG has no holes: what shows through is paper.
    context.fillStyle = '#fff';
    context.fillRect(0, 0, width, height);
    context.drawImage(picture.source, 0, 0, width, height);
  }
  picture.close();
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', QUALITY));
  const name = `${file.name.replace(/\.[^.]*$/, '') || 'photo'}.jpg`;
  return blob ? { blob, name, shows: true } : { blob: file, name: file.name, shows: kept };
}

interface Picture {
  source: CanvasImageSource;
  width: number;
  height: number;
  close: () => void;
}

/** By an element, not by `createImageBitmap`: it turns the picture as the camera was held in every browser we serve. */
function decoded(file: Blob): Promise<Picture | null> {
  const url = URL.createObjectURL(file);
  const image = new Image();
  return new Promise((done) => {
    image.onload = () =>
      done({
        source: image,
        width: image.naturalWidth,
        height: image.naturalHeight,
        close: () => URL.revokeObjectURL(url),
      });
    image.onerror = () => {
      URL.revokeObjectURL(url);
      done(null);
    };
    image.src = url;
  });
}
