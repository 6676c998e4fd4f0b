// What ends a list that is read a page at a time: the button for the next page, and what happened when that did not come. Knows
// nothing about the rows.

import { useTranslation } from '@/lib/i18n';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';

interface Props {
  /** As `useInfiniteQuery` gives it. */
  query: {
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    isFetchNextPageError: boolean;
    error: unknown;
    fetchNextPage: () => unknown;
  };
  /** In place of "show more". */
  text?: string;
  className?: string;
}

/** Nothing after the last page. What stands above stays there when the next one is refused. */
export function MoreRows({ query, text, className }: Props) {
  const { t } = useTranslation();
  if (!query.hasNextPage) return null;
  const next = () => void query.fetchNextPage();
  return (
    <div className={className ? `card-body ${className}` : 'card-body'}>
      {query.isFetchNextPageError && !query.isFetchingNextPage ? (
        <ProblemBanner error={query.error} onRetry={next} />
      ) : (
        <Button block busy={query.isFetchingNextPage} onClick={next}>
          {text ?? t('showMore')}
        </Button>
      )}
    </div>
  );
}
