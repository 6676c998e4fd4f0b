// A form may have been left unfinished on this device: asks whether to go on with it, before anything is replaced.

import { type ReactNode, useState } from 'react';
import { clock } from '@/lib/clock';
import { dropDraft, readDraft } from '@/lib/drafts';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { useMe } from '@/lib/session';
import { Button } from '@/ui/button';
import { Empty } from '@/ui/states';

export function KeptDraft<T>({
  name,
  worthKeeping,
  describe,
  continued,
  fresh,
}: {
  name: string;
  worthKeeping: (draft: T) => boolean;
  /** A line by which one recognizes it. */
  describe: (draft: T) => string;
  continued: (draft: T) => ReactNode;
  fresh: () => ReactNode;
}) {
  const me = useMe();
  const { t, language } = useTranslation();
  const [kept] = useState(() => readDraft<T>(me.person.id, name));
  const [choice, setChoice] = useState<'ask' | 'kept' | 'new'>(
    kept && worthKeeping(kept.value) ? 'ask' : 'new',
  );

  if (!kept || choice === 'new') return fresh();
  if (choice === 'kept') return continued(kept.value);
  return (
    <div className="card">
      <Empty icon="edit" title={t('draft.found', { time: formatTime(kept.at, language, clock.now()) })}>
        <p>{describe(kept.value) || t('draft.noPatient')}</p>
        <div className="row" style={{ justifyContent: 'center', marginTop: 8 }}>
          <Button
            onClick={() => {
              dropDraft(me.person.id, name);
              setChoice('new');
            }}
          >
            {t('draft.new')}
          </Button>
          <Button look="primary" onClick={() => setChoice('kept')}>
            {t('draft.continue')}
          </Button>
        </div>
      </Empty>
    </div>
  );
}
