// Offering a duty of mine: for one of a colleague's, or as a favour.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { clock } from '@/lib/clock';
import type { Duty } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { peopleQuery } from '@/lib/queries/directory';
import { isOnRosters, offerSwap } from '@/lib/queries/duties';
import { useMe } from '@/lib/session';
import { uuidv7 } from '@/lib/uuid';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { Choices, SelectField } from '@/ui/field';
import { swappable } from '../api/week';
import { useWhat, useWhen } from './duty-text';

export function SwapDialog({ duty, all, onClose }: { duty: Duty; all: Duty[]; onClose: () => void }) {
  const { t } = useTranslation('roster');
  const common = useTranslation();
  const me = useMe();
  const when = useWhen();
  const what = useWhat();
  const client = useQueryClient();
  const [id] = useState(uuidv7);
  const [way, setWay] = useState<'for' | 'give'>('for');
  const [colleague, setColleague] = useState('');
  const [wanted, setWanted] = useState('');
  const [to, setTo] = useState('');
  const [tried, setTried] = useState(false);
  const people =
    useQuery(peopleQuery(duty.organisation?.id ?? me.position.organisation.id)).data?.items ?? [];
  const fitting = people.filter((one) => isOnRosters(one.role));
  const others = [...new Map(fitting.map((one) => [one.id, one])).values()].filter(
    (one) => one.id !== me.person.id,
  );
  const colleagues = swappable(duty, all, me.person.id, clock.now());
  const theirs = colleagues.find((one) => one.id === colleague)?.duties ?? [];
  const chosen = way === 'for' ? wanted : to;
  const offer = useMutation({
    mutationFn: () =>
      offerSwap({
        id,
        offered_duty_id: duty.id,
        wanted_duty_id: way === 'for' ? wanted : null,
        to_person_id: way === 'give' ? to : null,
      }),
    onSuccess: onClose,
    onSettled: () => client.invalidateQueries({ queryKey: ['duty_swap'] }),
  });
  const missing = tried && !chosen ? ({ tone: 'wrong', text: common.t('required') } as const) : null;
  return (
    <Dialog
      title={t('swapTitle')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{common.t('cancel')}</Button>
          <Button
            look="primary"
            busy={offer.isPending}
            onClick={() => {
              setTried(true);
              if (chosen) offer.mutate();
            }}
          >
            {t('offer')}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p>
          <strong>{when(duty)}</strong> <span className="soft">{what(duty)}</span>
        </p>
        {offer.error && <ProblemBanner error={offer.error} />}
        <Choices
          legend={t('swap')}
          value={way}
          options={[
            { value: 'for', label: t('swapFor') },
            { value: 'give', label: t('swapGive') },
          ]}
          onChange={setWay}
        />
        {way === 'for' ? (
          <>
            <SelectField
              label={t('colleague')}
              hint={colleagues.length === 0 ? t('withNone') : undefined}
              value={colleague}
              note={colleague ? null : missing}
              onChange={(event) => {
                setColleague(event.target.value);
                setWanted('');
              }}
            >
              <option value="" />
              {colleagues.map((one) => (
                <option key={one.id} value={one.id}>
                  {`${one.name} · ${t('duties', { count: one.duties.length })}`}
                </option>
              ))}
            </SelectField>
            {colleague && (
              <SelectField
                label={t('with')}
                value={wanted}
                note={missing}
                onChange={(event) => setWanted(event.target.value)}
              >
                <option value="" />
                {theirs.map((one) => (
                  <option key={one.id} value={one.id}>
                    {`${when(one)} · ${what(one)}`}
                  </option>
                ))}
              </SelectField>
            )}
          </>
        ) : (
          <SelectField
            label={t('to')}
            value={to}
            note={missing}
            onChange={(event) => setTo(event.target.value)}
          >
            <option value="" />
            {others.map((one) => (
              <option key={one.id} value={one.id}>
                {[one.name, one.department?.name].filter(Boolean).join(' · ')}
              </option>
            ))}
          </SelectField>
        )}
      </div>
    </Dialog>
  );
}
