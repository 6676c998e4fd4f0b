// 找同事: one box over the whole alliance, and how to reach whoever is found, or whoever stands in for them.

import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { Found } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { findPeopleQuery } from '@/lib/queries/directory';
import { useSettled } from '@/lib/settled';
import { MoreRows } from '@/parts/more-rows';
import { Button } from '@/ui/button';
import { Check, TextField } from '@/ui/field';
import { Empty, Loaded } from '@/ui/states';
import { FoundRow } from './found-row';
import '../people.css';

const REST_MS = 200;

export function PeoplePage() {
  const { t } = useTranslation('people');
  const { q = '', department = '', specialty = '', duty } = useSearch({ from: '/shell/people' });
  const navigate = useNavigate();
  const [isWide] = useState(() => window.matchMedia('(min-width: 1024px)').matches);
  const box = useRef<HTMLDivElement>(null);
  const wanted = { q: q.trim(), department: department.trim(), specialty: specialty.trim() };
  const settled = useSettled(JSON.stringify(wanted), REST_MS);
  const query = useInfiniteQuery(
    findPeopleQuery({ ...(JSON.parse(settled) as typeof wanted), onDuty: duty === 'now' }),
  );
  const found = query.data?.pages.flatMap((page) => page.items);
  const filtered = department !== '' || specialty !== '' || duty !== undefined;

  // On a desk the box is ready for the keys; on a phone its keyboard would cover what is there.
  useEffect(() => {
    if (isWide) box.current?.querySelector('input')?.focus();
  }, [isWide]);

  function want(next: { q?: string; department?: string; specialty?: string; duty?: string }) {
    const all = { q, department, specialty, duty: duty ?? '', ...next };
    const search = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
    void navigate({ to: '/people', search, replace: true });
  }

  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('title')}</h1>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the arrows lead from the box into the list and back */}
      <div className="card" ref={box} onKeyDown={byArrows}>
        <div className="card-body people-box">
          <TextField
            label={t('search')}
            hint={t('searchHint')}
            type="search"
            value={q}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            onChange={(event) => want({ q: event.target.value })}
          />
          <Check
            checked={duty === 'now'}
            onChange={(event) => want({ duty: event.target.checked ? 'now' : '' })}
          >
            {t('onlyOnDuty')}
          </Check>
          <details className="people-filters" open={isWide || undefined}>
            <summary>{t('filters')}</summary>
            <TextField
              label={t('department')}
              value={department}
              autoComplete="off"
              onChange={(event) => want({ department: event.target.value })}
            />
            <TextField
              label={t('specialty')}
              value={specialty}
              autoComplete="off"
              onChange={(event) => want({ specialty: event.target.value })}
            />
          </details>
        </div>
        <Loaded query={{ ...query, data: found }}>
          {(people) => (
            <>
              <p className="visually-hidden" role="status">
                {t(query.hasNextPage ? 'manyFound' : 'found', { count: people.length })}
              </p>
              {people.length === 0 ? (
                <Empty icon="search" title={q.trim() ? t('noneFound', { q: q.trim() }) : t('none')}>
                  <p>{t(duty === 'now' ? 'noneOnDutyHint' : 'noneHint')}</p>
                  {filtered && (
                    <Button onClick={() => want({ department: '', specialty: '', duty: '' })}>
                      {t('withoutFilters')}
                    </Button>
                  )}
                </Empty>
              ) : (
                <ul className="rows" aria-busy={query.isPlaceholderData || undefined}>
                  {people.map((one: Found) => (
                    <FoundRow key={one.position_id} found={one} />
                  ))}
                </ul>
              )}
              <MoreRows query={query} className="people-more" />
            </>
          )}
        </Loaded>
      </div>
    </div>
  );
}

/** Down from the box to the first, up and down between them, Enter calls. */
function byArrows(event: KeyboardEvent<HTMLDivElement>) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const target = event.target as HTMLElement;
  if (event.key === 'Enter' && target.matches('.found')) target.querySelector('a')?.click();
  if (step === undefined || event.nativeEvent.isComposing) return;
  if (!target.matches('input[type="search"]') && !target.closest('.found')) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('.found')];
  const at = rows.findIndex((row) => row.contains(target)) + step;
  event.preventDefault();
  if (at < 0) event.currentTarget.querySelector('input')?.focus();
  else rows[Math.min(at, rows.length - 1)]?.focus();
}
