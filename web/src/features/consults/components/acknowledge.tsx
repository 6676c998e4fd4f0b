import { useState } from 'react';
import type { Adoption, Consult } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { useConsultCommand } from '@/lib/queries/consults';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Choices, TextArea } from '@/ui/field';
import { toast } from '@/ui/toast';

/** Whether the advice is followed: the requester decides and says so; not following it needs a reason. */
export function Acknowledge({ consult }: { consult: Consult }) {
  const { t } = useTranslation('consults');
  const common = useTranslation();
  const command = useConsultCommand(consult.id);
  const [adoption, setAdoption] = useState<Adoption | null>(null);
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const needsReason = adoption === 'partly' || adoption === 'not';

  function send() {
    setTried(true);
    if (!adoption || (needsReason && !reason.trim())) return;
    command.mutate(
      { command: 'acknowledge', version: consult.version, body: { adoption, reason: reason.trim() || null } },
      { onSuccess: () => toast(t('acknowledged')) },
    );
  }
  return (
    <section className="card">
      <div className="card-head">
        <h2>{t('acknowledge')}</h2>
      </div>
      <div className="card-body stack">
        {command.error && <ProblemBanner error={command.error} />}
        <div>
          <Choices
            legend={t('adoptionLabel')}
            value={adoption}
            onChange={setAdoption}
            options={(['adopted', 'partly', 'not'] as const).map((value) => ({
              value,
              label: t(`adoption.${value}`),
            }))}
          />
          <span className="field-note field-note-wrong" role={tried && !adoption ? 'alert' : undefined}>
            {tried && !adoption && t('gap.adoption')}
          </span>
        </div>
        {needsReason && (
          <TextArea
            label={t('adoptionReason')}
            value={reason}
            rows={3}
            onChange={(event) => setReason(event.target.value)}
            note={tried && !reason.trim() ? { tone: 'wrong', text: common.t('required') } : null}
          />
        )}
        <div className="form-actions">
          <Button look="primary" icon="check" busy={command.isPending} onClick={send}>
            {t('acknowledge')}
          </Button>
        </div>
      </div>
    </section>
  );
}
