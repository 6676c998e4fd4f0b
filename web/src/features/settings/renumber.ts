// A criterion says its limits in its own words: when a limit changes, the words change with it. Pure.

import type { Condition, Criterion } from '@/lib/rules';

const limits = (criterion: Criterion): number[] =>
  criterion.when
    .flat()
    .filter((one): one is Extract<Condition, { value: number }> => 'value' in one)
    .map((one) => one.value);

/** `changed` with the words of `standing`, in which each limit that is another one now is replaced. */
export function renumbered(standing: Criterion, changed: Criterion): Criterion {
  const now = limits(changed);
  const replaced = new Map(limits(standing).map((limit, at) => [String(limit), String(now[at] ?? limit)]));
  const words = (text: string) => text.replace(/\d+(?:\.\d+)?/g, (number) => replaced.get(number) ?? number);
  return { ...changed, text: { zh: words(standing.text.zh), en: words(standing.text.en) } };
}
