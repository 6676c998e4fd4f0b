// One entry of the trail with everything that was written down, and the ways on from it.

import { clock } from '@/lib/clock';
import type { AuditEntry } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { useDeedWords } from '@/parts/deed-words';
import { OutcomeMark } from '@/parts/outcome-mark';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { type AuditSearch, isId } from '../search';

function isEmpty(detail: unknown): boolean {
  return detail === null || (typeof detail === 'object' && Object.keys(detail).length === 0);
}

export function EntryDialog({
  entry,
  onClose,
  onNarrow,
}: {
  entry: AuditEntry;
  onClose: () => void;
  onNarrow: (search: AuditSearch) => void;
}) {
  const { t, language } = useTranslation('audit');
  const common = useTranslation();
  const words = useDeedWords();
  const { person, patient, subject_id: subject } = entry;
  return (
    <Dialog
      wide
      title={words.action(entry)}
      onClose={onClose}
      footer={
        <Button look="primary" onClick={onClose}>
          {common.t('close')}
        </Button>
      }
    >
      <div className="stack">
        <dl className="facts audit-facts">
          <dt>{t('column.outcome')}</dt>
          <dd>
            <OutcomeMark outcome={entry.outcome} />
          </dd>
          <dt>{t('column.at')}</dt>
          <dd className="tabular">
            {formatTime(entry.at, language, clock.now())} <code className="audit-code">{entry.at}</code>
          </dd>
          <dt>{t('column.person')}</dt>
          <dd>
            {person?.name ?? t('system')}
            {entry.role && ` · ${common.t(`role.${entry.role}`)}`}
            {entry.organisation && ` · ${entry.organisation.name}`}
          </dd>
          <dt>{t('from')}</dt>
          <dd>{entry.from || '—'}</dd>
          <dt>{t('column.action')}</dt>
          <dd>
            <code>{entry.action}</code>
          </dd>
          <dt>{t('subject')}</dt>
          <dd>
            <code>
              {entry.subject_kind} {subject}
            </code>
          </dd>
          <dt>{t('column.patient')}</dt>
          <dd>
            {patient ? `${patient.name_masked} ` : '—'}
            {patient && <code>{patient.id}</code>}
          </dd>
          <dt>{t('column.basis')}</dt>
          <dd>
            {words.basis(entry)} <code className="audit-code">{entry.basis}</code>
          </dd>
          <dt>{t('seq')}</dt>
          <dd className="tabular">{entry.seq ?? t('unsealed')}</dd>
          <dt>{t('requestId')}</dt>
          <dd>
            <code>{entry.request_id || '—'}</code>
          </dd>
          {!isEmpty(entry.detail) && (
            <>
              <dt>{t('detail')}</dt>
              <dd>
                <pre className="audit-detail">{JSON.stringify(entry.detail, null, 2)}</pre>
              </dd>
            </>
          )}
        </dl>
        <div className="row">
          {person && (
            <Button icon="person" onClick={() => onNarrow({ person: person.id })}>
              {t('allOfPerson')}
            </Button>
          )}
          {patient && (
            <Button icon="users" onClick={() => onNarrow({ patient: patient.id })}>
              {t('allOfPatient')}
            </Button>
          )}
          {isId(subject) && subject !== patient?.id && (
            <Button icon="file" onClick={() => onNarrow({ subject })}>
              {t('allOfSubject')}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  );
}
