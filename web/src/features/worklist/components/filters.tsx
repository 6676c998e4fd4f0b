// What of the list is shown: free, mine, one type.
import type { ConsultType } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import type { Filter, Show } from '../order';

const shows: Show[] = ['all', 'free', 'mine'];
const types: ConsultType[] = ['comprehensive', 'imaging', 'ecg', 'pathology'];

export function Filters({ filter, onFilter }: { filter: Filter; onFilter: (filter: Filter) => void }) {
  const { t } = useTranslation('worklist');
  const { t: tc } = useTranslation('consults');
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would need a visible legend
    <div className="worklist-filters" role="group" aria-label={t('filters')}>
      {shows.map((show) => (
        <button
          key={show}
          type="button"
          className="worklist-filter"
          aria-pressed={filter.show === show}
          onClick={() => onFilter({ ...filter, show })}
        >
          {t(`show.${show}`)}
        </button>
      ))}
      <select
        className="worklist-filter"
        aria-label={t('type')}
        value={filter.type ?? ''}
        onChange={(event) =>
          onFilter({ ...filter, type: types.find((one) => one === event.target.value) ?? null })
        }
      >
        <option value="">{t('allTypes')}</option>
        {types.map((type) => (
          <option key={type} value={type}>
            {tc(`type.${type}`)}
          </option>
        ))}
      </select>
    </div>
  );
}
