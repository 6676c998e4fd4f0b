// Fetches an ECG: the JSON head and the binary samples at once.
import { queryOptions } from '@tanstack/react-query';
import { call, callBinary } from '@/lib/api';
import { decodeEcg, type EcgHead } from './samples';

export function ecgQuery(instanceUid: string) {
  return queryOptions({
    queryKey: ['ecg', instanceUid],
    queryFn: async ({ signal }) => {
      const [head, body] = await Promise.all([
        call<EcgHead>('GET', `ecgs/${instanceUid}`, { signal }),
        callBinary(`ecgs/${instanceUid}/samples`, signal),
      ]);
      return decodeEcg(head, body);
    },
    // A stored recording never changes.
    staleTime: Number.POSITIVE_INFINITY,
    retry: 1,
  });
}
