// One thing in a to-do list: who it is about, what is asked of whom, by when, and whether it has been looked at.

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { clock } from '@/lib/clock';
import type { ConsultState, ConsultUrgency, LegState, LegUrgency, Todo, TodoClass } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { markNoticeRead } from '@/lib/queries/notices';
import { useMe } from '@/lib/session';
import { ConsultStatus, ConsultUrgencyMark } from '@/parts/consult-status';
import { LegStatus, LegUrgencyMark } from '@/parts/leg-status';
import { OwedLine } from '@/parts/owed-line';
import { PatientLine } from '@/parts/patient-line';
import { DeadlineClock, Status } from '@/ui/status';
import { Unread } from '@/ui/unread';

export function TodoRow({ todo, shown }: { todo: Todo; shown: TodoClass }) {
  const { t, language } = useTranslation('todos');
  const timeline = useTranslation('timeline');
  const sent = todo.from.organisation.id === useMe().position.organisation.id;
  const client = useQueryClient();
  const read = useMutation({
    mutationFn: markNoticeRead,
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['notice'] });
      void client.invalidateQueries({ queryKey: ['todo'] });
    },
  });
  const onOpen = () => todo.told && todo.unread && read.mutate(todo.told.notice_id);
  const time = formatTime(todo.at, language, clock.now());
  const told = todo.told && timeline.has(todo.told.type) ? timeline.t(todo.told.type) : null;
  return (
    <RowLink todo={todo} onOpen={onOpen}>
      <span className="item-top">
        <span className="item-name">
          {todo.unread && <Unread />}
          {todo.patient ? <PatientLine patient={todo.patient} /> : <strong>{todo.from.name}</strong>}
        </span>
        <span className="item-time tabular">{shown === 'done' ? t('doneAt', { time }) : time}</span>
      </span>
      {todo.kind === 'duty_swap' && <span className="item-text">{t('swap')}</span>}
      {told && <span className="item-text">{told}</span>}
      <span className="row item-marks">
        <Marks todo={todo} />
        <span className="soft small">
          {sent && todo.to
            ? t('to', { place: todo.to.name })
            : t('from', { place: todo.from.organisation.name })}
          {todo.number && ` · ${todo.number}`}
        </span>
      </span>
      {todo.owed ? (
        <OwedLine owed={todo.owed} />
      ) : (
        todo.due_at && (
          <span className="row small" style={{ gap: '2px 10px' }}>
            <span className="soft">
              {t('swapDue', { time: formatTime(todo.due_at, language, clock.now()) })}
            </span>
            <DeadlineClock due={todo.due_at} />
          </span>
        )
      )}
    </RowLink>
  );
}

function Marks({ todo }: { todo: Todo }) {
  const { t } = useTranslation('todos');
  if (todo.kind === 'leg') {
    return (
      <>
        <Status tone="gray" icon="referral">
          {t('kind.leg')}
        </Status>
        <LegUrgencyMark urgency={todo.urgency as LegUrgency} />
        <LegStatus state={todo.state as LegState} />
      </>
    );
  }
  if (todo.kind === 'consult') {
    return (
      <>
        <Status tone="gray" icon="consult">
          {t('kind.consult')}
        </Status>
        <ConsultUrgencyMark urgency={todo.urgency as ConsultUrgency} />
        <ConsultStatus state={todo.state as ConsultState} />
      </>
    );
  }
  return (
    <Status tone="gray" icon="calendar">
      {t('kind.duty_swap')}
    </Status>
  );
}

function RowLink({ todo, onOpen, children }: { todo: Todo; onOpen: () => void; children: ReactNode }) {
  const rest = { className: 'rows-link item', onClick: onOpen, children };
  if (todo.kind === 'leg') return <Link to="/referrals/$legId" params={{ legId: todo.id }} {...rest} />;
  if (todo.kind === 'consult') {
    return <Link to="/consults/$consultId" params={{ consultId: todo.id }} {...rest} />;
  }
  return <Link to="/duties" search={{}} {...rest} />;
}
