// What the viewer asks the server for: metadata of one series, parsed.
import { queryOptions } from '@tanstack/react-query';
import { callDicomWeb } from '@/lib/api';
import { metadataPath, type SeriesKey } from './addresses';
import { type DicomJson, seriesFacts } from './dicom-json';

export function seriesQuery(key: SeriesKey) {
  return queryOptions({
    queryKey: ['dicom', key.studyUid, key.seriesUid],
    queryFn: async ({ signal }) => seriesFacts(await callDicomWeb<DicomJson[]>(metadataPath(key), signal)),
    // A stored instance never changes; new ones arrive with an event about the study.
    staleTime: 5 * 60_000,
    gcTime: 10 * 60_000,
  });
}
