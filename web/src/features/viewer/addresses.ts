// Addresses of DICOMweb resources (PS3.18 §10.4) as the viewer asks for them. Pure.
import type { Slice } from './dicom-json';

export interface SeriesKey {
  studyUid: string;
  seriesUid: string;
}

/** Below /dicom-web, for `callDicomWeb`. */
export function metadataPath({ studyUid, seriesUid }: SeriesKey): string {
  return `studies/${studyUid}/series/${seriesUid}/metadata`;
}

export function thumbnailUrl({ studyUid, seriesUid }: SeriesKey): string {
  return `/dicom-web/studies/${studyUid}/series/${seriesUid}/thumbnail`;
}

/** The loader's worker asks from another base address, so this one is absolute. */
export function frameUrl(origin: string, { studyUid, seriesUid }: SeriesKey, slice: Slice): string {
  const instance = `studies/${studyUid}/series/${seriesUid}/instances/${slice.instanceUid}`;
  return `${origin}/dicom-web/${instance}/frames/${slice.frame}`;
}
