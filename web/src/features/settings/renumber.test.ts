import { expect, it } from 'vitest';
import type { Criterion } from '@/lib/rules';
import { renumbered } from './renumber';

const standing: Criterion = {
  code: 'haemoptysis',
  direction: 'up',
  disease: 'respiratory',
  text: { zh: '24 小时咯血 > 500 ml', en: 'Haemoptysis > 500 ml in 24 hours' },
  when: [[{ question: 'haemoptysis_ml', compare: 'gt', value: 500 }]],
};

it('says a changed limit in the words of the criterion, and nothing else', () => {
  const changed: Criterion = {
    ...standing,
    when: [[{ question: 'haemoptysis_ml', compare: 'gt', value: 24 }]],
  };
  expect(renumbered(standing, changed).text).toEqual({
    zh: '24 小时咯血 > 24 ml',
    en: 'Haemoptysis > 24 ml in 24 hours',
  });
  expect(renumbered(standing, { ...standing, active: false }).text).toEqual(standing.text);
});
