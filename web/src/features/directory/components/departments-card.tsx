import { useState } from 'react';
import type { Department, OrganisationDetail } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { uuidv7 } from '@/lib/uuid';
import { Button } from '@/ui/button';
import { Empty } from '@/ui/states';
import { endDepartment, saveDepartment, textOrNone } from '../api/commands';
import { EditDialog } from './edit-dialog';
import { EndDialog } from './end-dialog';

export function DepartmentsCard({ organisation }: { organisation: OrganisationDetail }) {
  const { t } = useTranslation('directory');
  const [editing, setEditing] = useState<Department | 'new' | null>(null);
  const [ending, setEnding] = useState<Department | null>(null);
  const living = organisation.departments.filter((one) => one.ended_at === null);
  return (
    <section className="card" aria-labelledby="departments">
      <div className="card-head">
        <h2 id="departments">
          {t('department.title')} <span className="count count-quiet">{living.length}</span>
        </h2>
        {organisation.ended_at === null && (
          <Button icon="plus" onClick={() => setEditing('new')}>
            {t('department.add')}
          </Button>
        )}
      </div>
      {living.length === 0 ? (
        <Empty icon="building" title={t('department.none')} />
      ) : (
        <ul className="rows">
          {living.map((one) => (
            <li key={one.id} className="rows-item line-row">
              <span>
                {one.name}{' '}
                <span className="soft small">
                  {[one.code, one.national_code].filter(Boolean).join(' · ')}
                </span>
              </span>
              <span className="row">
                <Button
                  look="quiet"
                  icon="edit"
                  aria-label={`${t('edit')} ${one.name}`}
                  onClick={() => setEditing(one)}
                >
                  {t('edit')}
                </Button>
                <Button
                  look="quiet"
                  icon="ban"
                  aria-label={`${t('department.end')} ${one.name}`}
                  onClick={() => setEnding(one)}
                >
                  {t('department.end')}
                </Button>
              </span>
            </li>
          ))}
        </ul>
      )}
      {editing && (
        <DepartmentDialog
          organisation={organisation}
          standing={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
        />
      )}
      {ending && (
        <EndDialog
          title={t('department.endTitle', { name: ending.name })}
          points={[t('department.endUse'), t('department.endKept')]}
          action={t('department.end')}
          onEnd={() => endDepartment(ending)}
          onClose={() => setEnding(null)}
        />
      )}
    </section>
  );
}

function DepartmentDialog({
  organisation,
  standing,
  onClose,
}: {
  organisation: OrganisationDetail;
  standing: Department | null;
  onClose: () => void;
}) {
  const { t } = useTranslation('directory');
  const [id] = useState(() => standing?.id ?? uuidv7());
  const own = standing ? {} : { id, organisation_id: organisation.id };
  return (
    <EditDialog
      title={t(standing ? 'department.edit' : 'department.add')}
      fields={[
        { name: 'name', label: t('department.name'), required: true },
        ...(standing
          ? []
          : [{ name: 'code', label: t('department.code'), hint: t('codeHint'), required: true }]),
        { name: 'national_code', label: t('department.national'), hint: t('department.nationalHint') },
      ]}
      initial={{ name: standing?.name ?? '', national_code: standing?.national_code ?? '' }}
      onClose={onClose}
      onSave={(values) =>
        saveDepartment(standing, {
          ...own,
          ...(standing ? {} : { code: values.code?.trim() }),
          name: values.name?.trim(),
          national_code: textOrNone(values.national_code),
        })
      }
    />
  );
}
