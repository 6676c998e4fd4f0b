// 打印: the 转诊单 of a leg, or the slip for its patient.

import { useMutation, useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from '@/lib/i18n';
import { slipQuery } from '@/lib/queries/board';
import { organisationQuery, personQuery } from '@/lib/queries/directory';
import { legQuery } from '@/lib/queries/legs';
import { patientQuery, revealPatient } from '@/lib/queries/patients';
import { ProblemBanner } from '@/ui/banner';
import { Check } from '@/ui/field';
import { Loaded } from '@/ui/states';
import type { Paper } from './fields';
import { FormSheet } from './form-sheet';
import { Sheet } from './sheet';
import { SlipSheet } from './slip-sheet';

export function LegSheetPage() {
  const { t } = useTranslation('paper');
  const desk = useTranslation('desk');
  const { legId, sheet } = useParams({ from: '/shell/print/$legId/$sheet' });
  const leg = useQuery(legQuery(legId));
  const slip = useQuery(slipQuery(legId));
  const patientId = leg.data?.patient.id ?? '';
  const is = (id: string | undefined) => ({ enabled: id !== undefined && id !== '' });
  const patient = useQuery({ ...patientQuery(patientId), ...is(patientId), retry: false });
  const from = useQuery({ ...organisationQuery(leg.data?.from.id ?? ''), ...is(leg.data?.from.id) });
  const to = useQuery({ ...organisationQuery(leg.data?.to?.id ?? ''), ...is(leg.data?.to?.id) });
  const sender = useQuery({ ...personQuery(leg.data?.sender.id ?? ''), ...is(leg.data?.sender.id) });
  // Showing the numbers is an act that the trail keeps; nothing of it stays after this page.
  const reveal = useMutation({ mutationFn: () => revealPatient(patientId), gcTime: 0 });

  return (
    <Loaded query={leg}>
      {(found) => (
        <Loaded query={slip}>
          {(code) => {
            const paper: Paper = {
              leg: found,
              patient: patient.data ?? null,
              revealed: reveal.data ?? null,
              from: from.data ?? null,
              to: to.data ?? null,
              sender: sender.data ?? null,
            };
            if (sheet === 'slip') {
              return (
                <Sheet title={t('slip.title')} number={`${code.number}-P`}>
                  <SlipSheet paper={paper} slip={code} />
                </Sheet>
              );
            }
            return (
              <Sheet
                title={t('form.title')}
                number={code.number}
                tools={
                  <span className="paper-secrets">
                    <Check
                      checked={reveal.isPending || reveal.data !== undefined}
                      disabled={!patient.data || reveal.isPending}
                      onChange={(event) => (event.target.checked ? reveal.mutate() : reveal.reset())}
                    >
                      {desk.t('print.secrets')}{' '}
                      <span className="soft small">{desk.t('print.secretsHint')}</span>
                    </Check>
                    {reveal.error && <ProblemBanner error={reveal.error} />}
                  </span>
                }
              >
                <FormSheet paper={paper} slip={code} />
              </Sheet>
            );
          }}
        </Loaded>
      )}
    </Loaded>
  );
}
