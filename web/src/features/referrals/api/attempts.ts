// Which calls count as attempts to reach a patient who did not come. Pure.

import type { LegCall } from '@/lib/contract';

/** The last two calls to the patient that reached nobody, the earlier first. `calls` are the newest first. */
export function failedAttempts(calls: LegCall[]): LegCall[] {
  const failed = calls.filter(
    (call) => call.callee === 'patient' && (call.result === 'not_reached' || call.result === 'wrong_number'),
  );
  return failed.slice(0, 2).reverse();
}
