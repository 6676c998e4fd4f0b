import { expect, it } from 'vitest';
import type { LegCall } from '@/lib/contract';
import { failedAttempts } from './attempts';

const call = (id: string, callee: LegCall['callee'], result: LegCall['result']) =>
  ({ id, callee, result }) as LegCall;

it('takes the last two calls that did not reach the patient, the earlier first', () => {
  const calls = [
    call('5', 'receiver', 'not_reached'),
    call('4', 'patient', 'wrong_number'),
    call('3', 'patient', 'reached'),
    call('2', 'patient', 'not_reached'),
    call('1', 'patient', 'not_reached'),
  ];
  expect(failedAttempts(calls).map((one) => one.id)).toEqual(['2', '4']);
  expect(failedAttempts([])).toEqual([]);
});
