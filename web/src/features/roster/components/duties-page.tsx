// 值班: what is mine, what somebody wants to swap, and the week of an organisation; whoever plans it does so here.

import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { clock } from '@/lib/clock';
import { dayOf } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { organisationsQuery } from '@/lib/queries/directory';
import { rosterQuery, swapsQuery } from '@/lib/queries/duties';
import { useMe } from '@/lib/session';
import { Button } from '@/ui/button';
import { SelectField } from '@/ui/field';
import { Loaded } from '@/ui/states';
import { dayAfter, mine, mondayOf, startOf } from '../api/week';
import { MyDuties } from './my-duties';
import { PlanDialog } from './plan-dialog';
import { Swaps } from './swaps';
import { WeekView } from './week-view';
import '../roster.css';

/** As far ahead as the server shows at once. */
const AHEAD_DAYS = 90;
const PLANNERS = new Set(['manager', 'administrator']);

export function DutiesPage() {
  const { t } = useTranslation('roster');
  const me = useMe();
  const { organisation = me.position.organisation.id, week } = useSearch({ from: '/shell/duties' });
  const navigate = useNavigate();
  const [planning, setPlanning] = useState(false);
  const today = dayOf(clock.now());
  const monday = mondayOf(week && /^\d{4}-\d{2}-\d{2}$/.test(week) ? week : today);
  const mayPlan = PLANNERS.has(me.position.role);
  const own = useQuery(
    rosterQuery(me.position.organisation.id, startOf(today), startOf(dayAfter(today, AHEAD_DAYS))),
  );
  const shown = useQuery(rosterQuery(organisation, startOf(monday), startOf(dayAfter(monday, 7))));
  const swaps = useQuery(swapsQuery);
  const go = (next: { organisation?: string; week?: string }) => {
    const search: Record<string, string> = { organisation, week: monday, ...next };
    if (search.organisation === me.position.organisation.id) delete search.organisation;
    if (search.week === mondayOf(today)) delete search.week;
    void navigate({ to: '/duties', search, replace: true });
  };
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('title')}</h1>
        {mayPlan && (
          <Button look="primary" icon="plus" onClick={() => setPlanning(true)}>
            {t('plan')}
          </Button>
        )}
      </div>
      <div className="stack">
        <Loaded query={own}>
          {(roster) => (
            <Loaded query={swaps}>
              {(page) => (
                <>
                  <Swaps swaps={page.items} duties={roster.items} />
                  <MyDuties
                    duties={mine(roster.items, me.person.id, clock.now())}
                    all={roster.items}
                    swaps={page.items}
                  />
                </>
              )}
            </Loaded>
          )}
        </Loaded>
        {mayPlan && <Organisations value={organisation} onChange={(id) => go({ organisation: id })} />}
        <WeekView
          monday={monday}
          query={shown}
          mayPlan={mayPlan}
          onWeek={(next) => go({ week: next })}
          today={today}
        />
      </div>
      {planning && (
        <PlanDialog
          organisation={organisation}
          day={monday > today ? monday : today}
          onClose={() => setPlanning(false)}
        />
      )}
    </div>
  );
}

function Organisations({ value, onChange }: { value: string; onChange: (id: string) => void }) {
  const { t } = useTranslation('roster');
  const all = useQuery(organisationsQuery).data?.items ?? [];
  return (
    <div className="roster-organisation">
      <SelectField label={t('organisation')} value={value} onChange={(event) => onChange(event.target.value)}>
        {all.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
          </option>
        ))}
      </SelectField>
    </div>
  );
}
