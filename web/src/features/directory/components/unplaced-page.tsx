// 无岗位人员: whom an import or an ended position left without a place; the way to give them one.

import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from '@/lib/i18n';
import { unplacedQuery } from '@/lib/queries/directory';
import { MoreRows } from '@/parts/more-rows';
import { Icon } from '@/ui/icon';
import { Empty, Loaded } from '@/ui/states';
import '../directory.css';

export function UnplacedPage() {
  const { t } = useTranslation('directory');
  const query = useInfiniteQuery({ ...unplacedQuery, staleTime: 0 });
  return (
    <div className="page">
      <Link to="/directory" className="back-link">
        <Icon name="chevronLeft" size={20} />
        {t('title')}
      </Link>
      <div className="page-head">
        <div className="stack-small">
          <h1>{t('unplaced.title')}</h1>
          <p className="soft">{t('unplaced.lead')}</p>
        </div>
      </div>
      <div className="card">
        <Loaded query={query}>
          {({ pages }) => {
            const people = pages.flatMap((page) => page.items);
            if (people.length === 0) return <Empty icon="checkCircle" title={t('unplaced.none')} />;
            return (
              <>
                <ul className="rows">
                  {people.map((one) => (
                    <li key={one.id}>
                      <Link
                        to="/directory/people/$personId"
                        params={{ personId: one.id }}
                        className="rows-link line-row"
                      >
                        <span>
                          <strong>{one.name}</strong> <span className="soft">{one.title}</span>
                          <span className="soft small line-second">
                            {[one.staff_number, t(one.has_account ? 'person.hasAccount' : 'person.noAccount')]
                              .filter(Boolean)
                              .join(' · ')}
                          </span>
                        </span>
                        <Icon name="chevronRight" size={20} />
                      </Link>
                    </li>
                  ))}
                </ul>
                <MoreRows query={query} />
              </>
            );
          }}
        </Loaded>
      </div>
    </div>
  );
}
