// On every page while an emergency access is open: whose record, how long still, the way there, and the way out.

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { BreakGlass } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { endGlass, openGlassesQuery } from '@/lib/queries/break-glass';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { Icon } from '@/ui/icon';
import { DeadlineClock } from '@/ui/status';
import { toast } from '@/ui/toast';
import '../glass.css';

export function GlassBanner({ glass }: { glass: BreakGlass }) {
  const { t } = useTranslation('glass');
  const [ending, setEnding] = useState(false);
  return (
    <aside className="glass-banner" aria-label={t('banner', { name: glass.patient.name })}>
      <Icon name="alert" size={20} />
      <span className="glass-banner-text">
        <strong>{t('title')}</strong>
        <Link to="/patients/$patientId" params={{ patientId: glass.patient.id }}>
          {glass.patient.name}
        </Link>
        <DeadlineClock due={glass.ends_at} />
      </span>
      <Button onClick={() => setEnding(true)}>{t('end')}</Button>
      {ending && <EndDialog glass={glass} onClose={() => setEnding(false)} />}
    </aside>
  );
}

function EndDialog({ glass, onClose }: { glass: BreakGlass; onClose: () => void }) {
  const { t } = useTranslation('glass');
  const common = useTranslation();
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: () => endGlass(glass.id),
    onSuccess: async () => {
      toast(t('ended', { name: glass.patient.name }));
      onClose();
      await client.invalidateQueries({ queryKey: openGlassesQuery.queryKey });
    },
  });
  return (
    <Dialog
      title={t('endTitle', { name: glass.patient.name })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{common.t('cancel')}</Button>
          <Button look="primary" busy={end.isPending} onClick={() => end.mutate()}>
            {t('end')}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p className="soft">{t('endText')}</p>
        {end.error && <ProblemBanner error={end.error} />}
      </div>
    </Dialog>
  );
}
