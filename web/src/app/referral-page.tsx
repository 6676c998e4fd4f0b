// A referral with its conversation: two features that do not know each other, put together here.

import { lazy, Suspense } from 'react';
import { ReferralPage as Page } from '@/features/referrals/components/referral-page';
import { RowsSkeleton } from '@/ui/states';

const Conversation = lazy(() =>
  import('@/features/messages/components/conversation').then((m) => ({ default: m.Conversation })),
);

export function ReferralPage() {
  return (
    <Page
      conversation={(leg, entries) => (
        <Suspense fallback={<RowsSkeleton rows={2} />}>
          <Conversation threadId={leg.id} entries={entries} />
        </Suspense>
      )}
    />
  );
}
