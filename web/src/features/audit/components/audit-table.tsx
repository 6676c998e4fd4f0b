// Entries of the trail: a table on a desk, cards on a phone.

import { clock } from '@/lib/clock';
import type { AuditEntry } from '@/lib/contract';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { useDeedWords } from '@/parts/deed-words';
import { OutcomeMark } from '@/parts/outcome-mark';
import { Button } from '@/ui/button';

export function AuditTable({
  entries,
  onOpen,
}: {
  entries: AuditEntry[];
  onOpen: (entry: AuditEntry) => void;
}) {
  const { t } = useTranslation('audit');
  return (
    <table className="audit">
      <caption className="visually-hidden">{t('title')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('column.at')}</th>
          <th scope="col">{t('column.person')}</th>
          <th scope="col">{t('column.action')}</th>
          <th scope="col">{t('column.patient')}</th>
          <th scope="col">{t('column.basis')}</th>
          <th scope="col">{t('column.outcome')}</th>
          <th scope="col">
            <span className="visually-hidden">{t('details')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <Row key={entry.id} entry={entry} onOpen={() => onOpen(entry)} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ entry, onOpen }: { entry: AuditEntry; onOpen: () => void }) {
  const { t, language } = useTranslation('audit');
  const common = useTranslation();
  const words = useDeedWords();
  return (
    <tr className={entry.outcome === 'denied' ? 'audit-row audit-denied' : 'audit-row'}>
      <td className="audit-at tabular">
        <time dateTime={entry.at}>{formatTime(entry.at, language, clock.now())}</time>
      </td>
      <td className="audit-person">
        {entry.person?.name ?? t('system')}
        <small>
          {[entry.role && common.t(`role.${entry.role}`), entry.organisation?.name]
            .filter(Boolean)
            .join(' · ')}
        </small>
      </td>
      <td className="audit-action">
        {words.action(entry)}
        <Code code={entry.action} words={words.action(entry)} />
      </td>
      <td className="audit-patient">{entry.patient?.name_masked ?? '—'}</td>
      <td className="audit-basis">
        {words.basis(entry)}
        <Code code={entry.basis} words={words.basis(entry)} />
      </td>
      <td className="audit-outcome">
        <OutcomeMark outcome={entry.outcome} />
      </td>
      <td className="audit-do">
        <Button look="quiet" onClick={onOpen}>
          {t('details')}
        </Button>
      </td>
    </tr>
  );
}

/** The code beside its words; not again where it stands for want of words. */
function Code({ code, words }: { code: string; words: string }) {
  return code === words ? null : <code className="audit-code">{code}</code>;
}
