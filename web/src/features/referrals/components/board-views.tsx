// Saved views: the board as somebody likes to see it, under a name of theirs. They are kept on the server and follow the person.

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { BoardFilter } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { useSaveViews, viewsQuery } from '@/lib/queries/board';
import { Button } from '@/ui/button';
import { TextField } from '@/ui/field';
import { toast } from '@/ui/toast';
import { narrows, sameFilter } from '../api/board';
import { FormDialog } from './form-dialog';

export function BoardViews({
  filter,
  plain,
  onChoose,
}: {
  filter: BoardFilter;
  /** The board as it opens. */
  plain: BoardFilter;
  onChoose: (filter: BoardFilter) => void;
}) {
  const { t } = useTranslation('desk');
  const views = useQuery(viewsQuery).data;
  const save = useSaveViews();
  const [naming, setNaming] = useState(false);
  const items = views?.items ?? [];
  const current = items.find((one) => sameFilter(one.filter, filter));

  function remove(name: string) {
    if (!views) return;
    save.mutate({ version: views.version, items: items.filter((one) => one.name !== name) });
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would need a visible legend
    <div className="views" role="group" aria-label={t('view.title')}>
      {items.map((view) => (
        <Button
          key={view.name}
          look={view === current ? 'primary' : 'secondary'}
          aria-pressed={view === current}
          onClick={() => onChoose(view.filter)}
        >
          {view.name}
        </Button>
      ))}
      {current && (
        <Button look="quiet" icon="close" busy={save.isPending} onClick={() => remove(current.name)}>
          {t('view.remove')}
        </Button>
      )}
      {!current && narrows(filter) && (
        <Button look="quiet" icon="plus" onClick={() => setNaming(true)}>
          {t('view.save')}
        </Button>
      )}
      {narrows(filter) && !sameFilter(filter, plain) && (
        <Button look="quiet" onClick={() => onChoose(plain)}>
          {t('view.clear')}
        </Button>
      )}
      {naming && views && (
        <NameDialog
          busy={save.isPending}
          error={save.error}
          onClose={() => {
            save.reset();
            setNaming(false);
          }}
          onName={(name) =>
            save.mutate(
              { version: views.version, items: [...items, { name, filter }] },
              {
                onSuccess: () => {
                  setNaming(false);
                  toast(t('view.saved', { name }));
                },
              },
            )
          }
        />
      )}
    </div>
  );
}

function NameDialog({
  busy,
  error,
  onClose,
  onName,
}: {
  busy: boolean;
  error: unknown;
  onClose: () => void;
  onName: (name: string) => void;
}) {
  const { t } = useTranslation('desk');
  const common = useTranslation();
  const [name, setName] = useState('');
  const [tried, setTried] = useState(false);
  return (
    <FormDialog
      title={t('view.save')}
      action={common.t('save')}
      busy={busy}
      error={error}
      onClose={onClose}
      onSubmit={() => {
        setTried(true);
        if (name.trim()) onName(name.trim());
      }}
    >
      <TextField
        label={t('view.name')}
        hint={t('view.hint')}
        value={name}
        maxLength={30}
        autoComplete="off"
        onChange={(event) => setName(event.target.value)}
        note={tried && !name.trim() ? { tone: 'wrong', text: common.t('required') } : null}
      />
    </FormDialog>
  );
}
