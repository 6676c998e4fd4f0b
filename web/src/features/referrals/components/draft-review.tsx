// A leg that was drafted from an outcome (下转单, or onward): to be read once and submitted. One press, which says what it declares.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Leg } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { organisationsQuery } from '@/lib/queries/directory';
import { changeLeg, commandLeg, legQuery } from '@/lib/queries/legs';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { SelectField } from '@/ui/field';
import { Icon } from '@/ui/icon';
import { toast } from '@/ui/toast';

export function DraftReview({ leg }: { leg: Leg }) {
  const { t } = useTranslation('desk');
  const referrals = useTranslation('referrals');
  const client = useQueryClient();
  const host = useQuery(organisationsQuery).data?.items.find((one) => one.id === leg.to?.id);
  const departments = host?.departments ?? [];
  const [picked, setPicked] = useState<string | null>(leg.to_department?.id ?? null);
  // A lone department needs no choosing.
  const department = picked ?? (departments.length === 1 ? (departments[0]?.id ?? null) : null);

  const finish = useMutation({
    mutationFn: async (command: 'submit' | 'discard') => {
      // Who pressed twice, or lost the line between the two requests, goes on from what stands.
      const now = client.getQueryData<Leg>(legQuery(leg.id).queryKey) ?? leg;
      if (command === 'discard') return commandLeg(leg.id, { command, version: now.version });
      const changed = await changeLeg(leg.id, now.version, {
        consent: { kind: 'written' },
        to_department_id: department,
      });
      client.setQueryData(legQuery(leg.id).queryKey, changed);
      return commandLeg(leg.id, { command, version: changed.version });
    },
    onSuccess: (done, command) => {
      client.setQueryData(legQuery(leg.id).queryKey, done);
      void client.invalidateQueries({ queryKey: ['leg', 'list'] });
      toast(command === 'submit' ? t('back.submitted') : referrals.t('done.discard'));
    },
  });
  const undecided = departments.length > 0 && department === null;
  return (
    <section className="card draft-review" aria-labelledby="draft-review">
      <div className="card-head">
        <h2 id="draft-review">
          <Icon name="edit" /> {t('back.review')}
        </h2>
      </div>
      <div className="card-body stack-small">
        <p>{t('back.reviewLead', { name: leg.to?.name ?? '—' })}</p>
        {departments.length > 1 && (
          <SelectField
            label={t('back.department')}
            value={department ?? ''}
            onChange={(event) => setPicked(event.target.value || null)}
          >
            <option value="">{referrals.t('choose')}</option>
            {departments.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </SelectField>
        )}
        {finish.error && <ProblemBanner error={finish.error} />}
        <div className="form-actions">
          <Button
            look="primary"
            icon="send"
            busy={finish.isPending}
            disabled={undecided}
            onClick={() => finish.mutate('submit')}
          >
            {t('back.submit')}
          </Button>
          <Link to="/referrals/new" search={{ draft: leg.id }} className="button button-secondary">
            {t('back.edit')}
          </Link>
          <Button look="danger" onClick={() => finish.mutate('discard')}>
            {t('back.discard')}
          </Button>
        </div>
        <p className="soft small">{t('back.consentHint')}</p>
      </div>
    </section>
  );
}
