// 激活码通知单 of an organisation, or of one of its people: made by a press, shown this once, printed.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useBlocker, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { ActivationWaiting, PersonDetail } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { activationWaitingQuery, issueSheet } from '@/lib/queries/activation';
import { organisationQuery, personQuery } from '@/lib/queries/directory';
import { LeaveSheet } from '@/parts/leave-sheet';
import { Banner, ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { Icon } from '@/ui/icon';
import { Empty, Loaded } from '@/ui/states';
import { Slips } from './slips';
import '../activation.css';

export function SheetPage() {
  const { t } = useTranslation('activation');
  const { organisationId } = useParams({ from: '/shell/directory/organisations/$organisationId/slips' });
  const { person } = useSearch({ from: '/shell/directory/organisations/$organisationId/slips' });
  const organisation = useQuery(organisationQuery(organisationId));
  const waiting = useQuery(activationWaitingQuery(organisationId));
  const holder = useQuery({ ...personQuery(person ?? ''), enabled: person !== undefined });
  const client = useQueryClient();
  const issue = useMutation({
    mutationFn: () => issueSheet(organisationId, person ?? null),
    // Nothing of it is left behind in the page's memory once the page is left.
    gcTime: 0,
    onSuccess: () => client.invalidateQueries({ queryKey: activationWaitingQuery(organisationId).queryKey }),
  });
  const [isPrinted, setIsPrinted] = useState(false);
  const isAtRisk = issue.data !== undefined && issue.data.people.length > 0 && !isPrinted;
  const leaving = useBlocker({
    shouldBlockFn: () => isAtRisk,
    enableBeforeUnload: () => isAtRisk,
    withResolver: true,
  });
  const print = () => {
    window.print();
    setIsPrinted(true);
  };

  return (
    <div className="page">
      <div className="not-printed">
        <Link to="/directory/organisations/$organisationId" params={{ organisationId }} className="back-link">
          <Icon name="chevronLeft" size={20} />
          {organisation.data?.name ?? t('sheet.back')}
        </Link>
        <div className="page-head">
          <div className="stack-small">
            <h1>{t('sheet.title')}</h1>
            <p className="soft">{t('sheet.lead')}</p>
          </div>
          {issue.data && (
            <Button look="primary" icon="print" onClick={print}>
              {t('sheet.print')}
            </Button>
          )}
        </div>
        {issue.error && <ProblemBanner error={issue.error} />}
      </div>
      {issue.data ? (
        <>
          <div className="stack not-printed sheet-said">
            <Banner tone="green">{t('sheet.printNow', { count: issue.data.people.length })}</Banner>
            <Banner tone="amber">{t('sheet.once')}</Banner>
          </div>
          <Slips sheet={issue.data} />
        </>
      ) : (
        <div className="card">
          {person === undefined ? (
            <Loaded query={waiting}>
              {(counts) => <Ask waiting={counts} busy={issue.isPending} onIssue={() => issue.mutate()} />}
            </Loaded>
          ) : (
            <Loaded query={holder}>
              {(one) => <AskForOne person={one} busy={issue.isPending} onIssue={() => issue.mutate()} />}
            </Loaded>
          )}
        </div>
      )}
      {leaving.status === 'blocked' && (
        <LeaveSheet
          title={t('sheet.leave')}
          text={t('sheet.leaveText')}
          action={t('sheet.leaveDo')}
          onStay={leaving.reset}
          onLeave={leaving.proceed}
        />
      )}
    </div>
  );
}

function AskForOne({ person, busy, onIssue }: { person: PersonDetail; busy: boolean; onIssue: () => void }) {
  const { t } = useTranslation('activation');
  const resets = person.private?.has_account === true;
  return (
    <div className="card-body stack">
      <p className="sheet-count">{person.name}</p>
      <p>{t(resets ? 'sheet.oneReset' : 'sheet.oneNew')}</p>
      <Banner tone="blue">{t('sheet.once')}</Banner>
      <div className="form-actions">
        <Button look="primary" icon="print" busy={busy} onClick={onIssue}>
          {t('sheet.issue')}
        </Button>
      </div>
    </div>
  );
}

function Ask({ waiting, busy, onIssue }: { waiting: ActivationWaiting; busy: boolean; onIssue: () => void }) {
  const { t } = useTranslation('activation');
  const common = useTranslation();
  const [asking, setAsking] = useState(false);
  const again = waiting.with_code > 0;
  if (waiting.without_account === 0) {
    return (
      <Empty icon="checkCircle" title={t('sheet.none')}>
        <p>{t('sheet.noneHint')}</p>
      </Empty>
    );
  }
  return (
    <div className="card-body stack">
      <p className="sheet-count">{t('sheet.waiting', { count: waiting.without_account })}</p>
      {again && <Banner tone="amber">{t('sheet.withCode', { count: waiting.with_code })}</Banner>}
      <Banner tone="blue">{t('sheet.once')}</Banner>
      <div className="form-actions">
        <Button look="primary" icon="print" busy={busy} onClick={() => (again ? setAsking(true) : onIssue())}>
          {t(again ? 'sheet.issueAgain' : 'sheet.issue')}
        </Button>
      </div>
      {asking && (
        <Dialog
          title={t('sheet.again')}
          onClose={() => setAsking(false)}
          footer={
            <>
              <Button onClick={() => setAsking(false)}>{common.t('cancel')}</Button>
              <Button
                look="danger-solid"
                onClick={() => {
                  setAsking(false);
                  onIssue();
                }}
              >
                {t('sheet.issueAgain')}
              </Button>
            </>
          }
        >
          <p>{t('sheet.againText')}</p>
        </Dialog>
      )}
    </div>
  );
}
