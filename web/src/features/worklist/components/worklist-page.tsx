// The specialist's worklist: by urgency and deadline, live, taken by one press, moved through by keys.
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { ConsultRow } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { type ConsultBox, consultListQuery } from '@/lib/queries/consults';
import { useMe } from '@/lib/session';
import { Empty, Loaded } from '@/ui/states';
import { Tabs } from '@/ui/tabs';
import { commandFor, type Filter, filtered, isFree, moved, ordered } from '../order';
import { Filters } from './filters';
import { useClaim } from './use-claim';
import { WorklistRow } from './worklist-row';
import '../worklist.css';

export function WorklistPage() {
  const { t } = useTranslation('worklist');
  const [box, setBox] = useState<ConsultBox>('todo');
  const [filter, setFilter] = useState<Filter>({ show: 'all', type: null });
  const query = useQuery(consultListQuery(box));
  return (
    <div className="page page-wide">
      <div className="page-head">
        <h1>{t('title')}</h1>
        <p className="worklist-keys soft small" aria-hidden="true">
          <kbd>J</kbd> <kbd>K</kbd> {t('keys.move')} · <kbd>Enter</kbd> {t('keys.open')} · <kbd>C</kbd>{' '}
          {t('keys.claim')}
        </p>
      </div>
      <div className="card">
        <Tabs
          label={t('boxes')}
          value={box}
          tabs={[
            { value: 'todo', text: t('box.todo'), count: query.data?.counts.todo, urgent: true },
            { value: 'all', text: t('box.all') },
          ]}
          onChange={setBox}
        />
        <Filters filter={filter} onFilter={setFilter} />
        <Loaded query={query}>{(list) => <List rows={list.items} filter={filter} />}</Loaded>
      </div>
    </div>
  );
}

function List({ rows, filter }: { rows: ConsultRow[]; filter: Filter }) {
  const { t } = useTranslation('worklist');
  const me = useMe();
  const navigate = useNavigate();
  const { claim, pending, refused } = useClaim();
  const shown = filtered(ordered(rows), filter, me.person.id);
  const [chosen, setChosen] = useState<string | null>(null);
  const open = (id: string) => void navigate({ to: '/consults/$consultId/read', params: { consultId: id } });

  useListKeys((event) => {
    const command = commandFor(event);
    const row = shown.find((one) => one.id === chosen);
    if (command?.do === 'move') setChosen(moved(shown, chosen, command.by));
    else if (command?.do === 'open' && row) open(row.id);
    else if (command?.do === 'claim' && row && isFree(row)) claim(row, open);
    else return false;
    return true;
  });

  if (shown.length === 0) {
    return (
      <Empty icon="checkCircle" title={t('empty')}>
        <p className="small">{t('emptyHint')}</p>
      </Empty>
    );
  }
  return (
    <table className="worklist" data-testid="worklist">
      <caption className="visually-hidden">{t('title')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('column.urgency')}</th>
          <th scope="col">{t('column.due')}</th>
          <th scope="col">{t('column.patient')}</th>
          <th scope="col">{t('column.question')}</th>
          <th scope="col">{t('column.from')}</th>
          <th scope="col">{t('column.state')}</th>
          <th scope="col">
            <span className="visually-hidden">{t('column.do')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {shown.map((row) => (
          <WorklistRow
            key={row.id}
            row={row}
            chosen={row.id === chosen}
            busy={pending === row.id}
            refusal={refused?.id === row.id ? refused.problem : null}
            onClaim={() => claim(row, open)}
            onChoose={() => setChosen(row.id)}
          />
        ))}
      </tbody>
    </table>
  );
}

/** Keys of the page while nothing else has a use for them. */
function useListKeys(onKey: (event: KeyboardEvent) => boolean) {
  const latest = useRef(onKey);
  latest.current = onKey;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const target = event.target instanceof HTMLElement ? event.target : null;
      if (event.defaultPrevented || target?.closest('input, textarea, select, [role="dialog"]')) return;
      if (event.key === 'Enter' && target?.closest('a, button, summary')) return;
      if (latest.current(event)) event.preventDefault();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
}
