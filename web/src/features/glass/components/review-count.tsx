import { useQuery } from '@tanstack/react-query';
import { toReviewQuery } from '@/lib/queries/break-glass';
import { PlaceCount } from '@/ui/place-count';

/** How many emergency accesses nobody has reviewed. */
export function ReviewCount() {
  const { data } = useQuery(toReviewQuery);
  return <PlaceCount count={data ?? 0} />;
}
