// Notices as rows. Opening one marks it read and leads to what it is about.

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { clock } from '@/lib/clock';
import type { Notice } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { markNoticeRead } from '@/lib/queries/notices';
import { Icon, type IconName } from '@/ui/icon';
import { Unread } from '@/ui/unread';

const ICONS: Record<Notice['subject']['kind'], IconName> = {
  consult: 'consult',
  leg: 'referral',
  thread: 'consult',
  study: 'image',
  duty: 'clock',
  duty_swap: 'clock',
  person: 'person',
  break_glass: 'alert',
  patient: 'person',
};

/** The sentence of a notice by its type; a type that this page does not know still says what it is about. */
function useNoticeText(): (notice: Notice) => string {
  const { t, has } = useTranslation('timeline');
  return (notice) => {
    const values = Object.fromEntries(
      Object.entries(notice.payload).filter(
        ([, value]) => typeof value === 'string' || typeof value === 'number',
      ),
    );
    const key =
      notice.type === 'break_glass.reviewed' ? `${notice.type}_${notice.payload.verdict}` : notice.type;
    return has(key) ? t(key, values) : t('otherAbout', { kind: t(`kind.${notice.subject.kind}`) });
  };
}

export function NoticeRows({ notices }: { notices: Notice[] }) {
  const { language } = useTranslation();
  const text = useNoticeText();
  const client = useQueryClient();
  const read = useMutation({
    mutationFn: markNoticeRead,
    onSuccess: () => client.invalidateQueries({ queryKey: ['notice'] }),
  });
  return (
    <ul className="rows">
      {notices.map((notice) => {
        const { subject, patient } = notice;
        const inside = (
          <>
            <span className="item-top">
              <span>
                {!notice.read_at && <Unread />}
                <Icon name={ICONS[subject.kind]} size={16} /> {text(notice)}
              </span>
              <span className="item-time tabular">
                {formatTime(notice.created_at, language, clock.now())}
              </span>
            </span>
            {patient && <span className="soft small">{patient.name}</span>}
          </>
        );
        const onClick = () => notice.read_at || read.mutate(notice.id);
        return (
          <li key={notice.id}>
            {subject.kind === 'leg' || subject.kind === 'thread' ? (
              <Link
                to="/referrals/$legId"
                params={{ legId: subject.id }}
                {...(subject.kind === 'thread' && { hash: 'talk' })}
                className="rows-link item"
                onClick={onClick}
              >
                {inside}
              </Link>
            ) : subject.kind === 'consult' ? (
              <Link
                to="/consults/$consultId"
                params={{ consultId: subject.id }}
                className="rows-link item"
                onClick={onClick}
              >
                {inside}
              </Link>
            ) : subject.kind === 'duty' || subject.kind === 'duty_swap' ? (
              <Link to="/duties" search={{}} className="rows-link item" onClick={onClick}>
                {inside}
              </Link>
            ) : notice.type === 'break_glass.opened' ? (
              <Link
                to="/break-glass/$glassId"
                params={{ glassId: subject.id }}
                className="rows-link item"
                onClick={onClick}
              >
                {inside}
              </Link>
            ) : subject.kind === 'break_glass' ? (
              <Link to="/break-glass/mine" className="rows-link item" onClick={onClick}>
                {inside}
              </Link>
            ) : subject.kind === 'patient' && patient ? (
              <Link
                to="/patients/$patientId"
                params={{ patientId: subject.id }}
                className="rows-link item"
                onClick={onClick}
              >
                {inside}
              </Link>
            ) : subject.kind === 'person' || subject.kind === 'patient' ? (
              <button type="button" className="rows-link rows-button item" onClick={onClick}>
                {inside}
              </button>
            ) : (
              <Link
                to="/studies/$studyId"
                params={{ studyId: subject.id }}
                className="rows-link item"
                onClick={onClick}
              >
                {inside}
              </Link>
            )}
          </li>
        );
      })}
    </ul>
  );
}
