// One stack of slices in one element: shows, scrolls, windows, measures, and tells a listener what is to be
// seen. Heavy (Cornerstone); knows nothing of React, of the call or of the report.
import {
  Enums,
  eventTarget,
  imageLoader,
  imageLoadPoolManager,
  metaData,
  type Types,
  utilities,
} from '@cornerstonejs/core';
import { wadors } from '@cornerstonejs/dicom-image-loader';
import { annotation, Enums as ToolEnums } from '@cornerstonejs/tools';
import type { DicomJson, Slice } from './dicom-json';
import { bindTools, sharedEngine, toolGroup, toolNames, viewportType } from './engine';
import type { Tool } from './keys';
import { ofRange, type Preset, resolve, toRange, type Window } from './windows';

export interface Measurement {
  id: string;
  /** Null while the picture has no spacing: a length in pixels would be taken for millimeters. */
  millimeters: number | null;
  slice: number;
}

export interface StackState {
  index: number;
  count: number;
  window: Window | null;
  /** Pixels of the screen for one pixel of the image; the engine's own figure differs between its renderers. */
  zoom: number;
  inverted: boolean;
  measurements: Measurement[];
  /** True once real pixels are on the canvas. */
  drawn: boolean;
  loaded: number;
  /** Indexes of slices that could not be fetched or decoded. */
  failed: number[];
}

export interface StackHandle {
  show(slices: Slice[], urlOf: (slice: Slice) => string, start: number): Promise<void>;
  goTo(index: number): void;
  scrollBy(slices: number): void;
  applyPreset(preset: Preset): void;
  setTool(tool: Tool): void;
  toggleInvert(): void;
  zoomBy(factor: number): void;
  reset(): void;
  removeLastMeasurement(): void;
  retryFailed(): void;
  destroy(): void;
}

let made = 0;

export function openStack(element: HTMLDivElement, tell: (state: StackState) => void): StackHandle {
  const engine = sharedEngine();
  made += 1;
  const viewportId = `stack-${made}`;
  engine.enableElement({
    viewportId,
    type: viewportType,
    element,
    defaultOptions: { background: [0, 0, 0] },
  });
  const viewport = engine.getViewport<Types.IStackViewport>(viewportId);
  mapByCanvas(viewport, element);
  toolGroup().addViewport(viewportId, engine.id);

  let imageIds: string[] = [];
  let drawn = false;
  let alive = true;
  let frame = 0;
  const loaded = new Set<string>();
  const failed = new Set<number>();

  function state(): StackState {
    const properties = drawn ? viewport.getProperties() : {};
    const range = properties.voiRange;
    return {
      index: Math.max(0, viewport.getCurrentImageIdIndex()),
      count: imageIds.length,
      window: range ? ofRange(range.lower, range.upper) : null,
      zoom: drawn ? scaleOf(viewport) : 1,
      inverted: properties.invert ?? false,
      measurements: measurements(),
      drawn,
      loaded: loaded.size,
      failed: [...failed],
    };
  }

  /** At most once a frame: scrolling and dragging raise events faster than anything can be shown. */
  function announce() {
    if (frame || !alive) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      if (alive) tell(state());
    });
  }

  function measurements(): Measurement[] {
    return annotation.state
      .getAllAnnotations()
      .filter((one) => one.metadata?.toolName === toolNames.length)
      .map((one) => {
        const slice = imageIds.indexOf(one.metadata?.referencedImageId ?? '');
        return { id: one.annotationUID ?? '', millimeters: lengthOf(one.data.handles?.points ?? []), slice };
      })
      .filter((one) => one.slice >= 0);
  }

  function lengthOf(points: Types.Point3[]): number | null {
    const [from, to] = points;
    const imageId = imageIds[0];
    if (!from || !to || !imageId) return null;
    const plane: { usingDefaultValues?: boolean; rowPixelSpacing?: number } | undefined = metaData.get(
      'imagePlaneModule',
      imageId,
    );
    if (!plane?.rowPixelSpacing || plane.usingDefaultValues) return null;
    return Math.hypot(from[0] - to[0], from[1] - to[1], from[2] - to[2]);
  }

  function goTo(index: number) {
    const bounded = Math.max(0, Math.min(imageIds.length - 1, index));
    const delta = bounded - viewport.getTargetImageIdIndex();
    if (imageIds.length > 0 && delta !== 0) viewport.scroll(delta);
  }

  function onRendered() {
    if (imageIds.length > 0 && viewport.getCornerstoneImage()) drawn = true;
    announce();
  }

  function onLoaded(event: Event) {
    const { image } = (event as CustomEvent<{ image?: { imageId: string } }>).detail;
    if (!image || !imageIds.includes(image.imageId)) return;
    loaded.add(image.imageId);
    failed.delete(imageIds.indexOf(image.imageId));
    announce();
  }

  function onFailed(event: Event) {
    const { imageId } = (event as CustomEvent<{ imageId: string }>).detail;
    const at = imageIds.indexOf(imageId);
    if (at < 0) return;
    failed.add(at);
    announce();
  }

  const heardFromElement = [
    Enums.Events.IMAGE_RENDERED,
    Enums.Events.STACK_NEW_IMAGE,
    Enums.Events.VOI_MODIFIED,
    Enums.Events.CAMERA_MODIFIED,
  ];
  const { ANNOTATION_ADDED, ANNOTATION_COMPLETED, ANNOTATION_MODIFIED, ANNOTATION_REMOVED } =
    ToolEnums.Events;
  const heardFromAll: [string, (event: Event) => void][] = [
    [Enums.Events.IMAGE_LOADED, onLoaded],
    [Enums.Events.IMAGE_LOAD_FAILED, onFailed],
    ...[ANNOTATION_ADDED, ANNOTATION_COMPLETED, ANNOTATION_MODIFIED, ANNOTATION_REMOVED].map(
      (name): [string, () => void] => [name, announce],
    ),
  ];
  for (const name of heardFromElement) element.addEventListener(name, onRendered);
  for (const [name, hear] of heardFromAll) eventTarget.addEventListener(name, hear);
  // A hidden pane has no size, and a canvas of no size cannot be brought back.
  const observer = new ResizeObserver(() => element.clientWidth > 0 && engine.resize(true, true));
  observer.observe(element);

  return {
    async show(slices, urlOf, start) {
      imageLoadPoolManager.clearRequestStack(Enums.RequestType.Prefetch);
      drawn = false;
      loaded.clear();
      failed.clear();
      imageIds = slices.map((slice) => {
        const imageId = `wadors:${urlOf(slice)}`;
        wadors.metaDataManager.add(
          imageId,
          slice.metadata as Parameters<typeof wadors.metaDataManager.add>[1],
        );
        return imageId;
      });
      const mine = imageIds;
      announce();
      await viewport.setStack(imageIds, start);
      if (!alive || mine !== imageIds) return;
      viewport.render();
      prefetch(imageIds, start);
    },
    goTo,
    // From where the stack is going, not from where it is: held keys come faster than slices.
    scrollBy: (slices) => goTo(viewport.getTargetImageIdIndex() + slices),
    applyPreset(preset) {
      const image = drawn ? viewport.getCornerstoneImage() : null;
      if (!image) return;
      const slope = image.slope || 1;
      // Values before the modality look-up become values in the modality's unit.
      const isScaled = Boolean(image.preScale?.scaled);
      const value = (stored: number) => (isScaled ? stored : stored * slope + image.intercept);
      const window = resolve(preset, ownWindow(image, slice(viewport.getCurrentImageId())), {
        low: value(image.minPixelValue),
        high: value(image.maxPixelValue),
      });
      viewport.setProperties({ voiRange: toRange(window) });
      viewport.render();
    },
    setTool: bindTools,
    toggleInvert() {
      if (!drawn) return;
      viewport.setProperties({ invert: !(viewport.getProperties().invert ?? false) });
      viewport.render();
    },
    zoomBy(factor) {
      if (!drawn) return;
      viewport.setZoom(Math.max(0.2, Math.min(20, viewport.getZoom() * factor)));
      viewport.render();
    },
    reset() {
      if (!drawn) return;
      viewport.resetProperties();
      viewport.resetCamera();
      viewport.render();
    },
    removeLastMeasurement() {
      const last = measurements().pop();
      if (!last) return;
      annotation.state.removeAnnotation(last.id);
      viewport.render();
    },
    retryFailed() {
      failed.clear();
      announce();
      const at = Math.max(0, viewport.getCurrentImageIdIndex());
      // The engine takes the slice it stands on for shown, so the stack is set anew.
      viewport.setStack(imageIds, at).then(
        () => {
          viewport.render();
          prefetch(imageIds, at);
        },
        () => undefined,
      );
    },
    destroy() {
      alive = false;
      cancelAnimationFrame(frame);
      observer.disconnect();
      imageLoadPoolManager.clearRequestStack(Enums.RequestType.Prefetch);
      for (const name of heardFromElement) element.removeEventListener(name, onRendered);
      for (const [name, hear] of heardFromAll) eventTarget.removeEventListener(name, hear);
      for (const one of measurements()) annotation.state.removeAnnotation(one.id);
      toolGroup().removeViewports(engine.id, viewportId);
      engine.disableElement(viewportId);
    },
  };
}

function slice(imageId: string | undefined): DicomJson | null {
  return imageId ? ((wadors.metaDataManager.get(imageId) as DicomJson | undefined) ?? null) : null;
}

function ownWindow(image: Types.IImage, metadata: DicomJson | null): Window {
  const center = Number(metadata?.['00281050']?.Value?.[0] ?? Number.NaN);
  const width = Number(metadata?.['00281051']?.Value?.[0] ?? Number.NaN);
  if (Number.isFinite(center) && width > 0) return { center, width };
  return ofRange(image.minPixelValue, image.maxPixelValue);
}

/**
 * On the CPU the engine (5.14) gives its canvas as many pixels as there are CSS pixels, but maps points as if they
 * were the device's: at a density of 2 every length would read double. Here the canvas's own pixels count; where
 * the two agree, as on a GPU, the factor is 1.
 */
function mapByCanvas(viewport: Types.IStackViewport, element: HTMLElement) {
  const { canvasToWorld, worldToCanvas } = viewport;
  const factor = () => viewport.canvas.width / (element.clientWidth || 1) / (devicePixelRatio || 1) || 1;
  viewport.canvasToWorld = ([x, y]) => canvasToWorld([x * factor(), y * factor()]);
  viewport.worldToCanvas = (point) => {
    const [x, y] = worldToCanvas(point);
    return [x / factor(), y / factor()];
  };
}

function scaleOf(viewport: Types.IStackViewport): number {
  const { columns, imageId } = viewport.getCornerstoneImage();
  const [from, to] = [
    utilities.imageToWorldCoords(imageId, [0, 0]),
    utilities.imageToWorldCoords(imageId, [columns, 0]),
  ];
  if (!from || !to) return 1;
  const [a, b] = [viewport.worldToCanvas(from), viewport.worldToCanvas(to)];
  return Math.hypot(a[0] - b[0], a[1] - b[1]) / columns;
}

/** The rest of the stack, nearest slices first, behind whatever the reader asks for meanwhile. */
function prefetch(imageIds: string[], start: number) {
  // A phone's memory is small and its network dear: there only the neighborhood is fetched ahead.
  const reach = matchMedia('(pointer: coarse)').matches ? 12 : imageIds.length;
  const nearest = imageIds
    .map((imageId, at) => ({ imageId, distance: Math.abs(at - start) }))
    .filter(({ distance }) => distance > 0 && distance <= reach)
    .sort((a, b) => a.distance - b.distance);
  const requestType = Enums.RequestType.Prefetch;
  for (const { imageId, distance } of nearest) {
    imageLoadPoolManager.addRequest(
      () =>
        imageLoader.loadAndCacheImage(imageId, { requestType, priority: distance }).catch(() => undefined),
      requestType,
      { imageId },
      distance,
    );
  }
}
