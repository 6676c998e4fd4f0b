// The verdict on an emergency access: once, and told to whoever used it.

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { BreakGlassCase, BreakGlassVerdict } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { asProblem } from '@/lib/problem';
import { caseQuery, reviewGlass } from '@/lib/queries/break-glass';
import { Banner, ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { Choices, TextArea } from '@/ui/field';
import { toast } from '@/ui/toast';

export function ReviewDialog({ one, onClose }: { one: BreakGlassCase; onClose: () => void }) {
  const { t } = useTranslation('glass');
  const common = useTranslation();
  const client = useQueryClient();
  const [verdict, setVerdict] = useState<BreakGlassVerdict | null>(null);
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  // Who is told that something was wrong must be able to read what.
  const noteMissing = verdict === 'unjustified' && note.trim() === '';
  const review = useMutation({
    mutationFn: (chosen: BreakGlassVerdict) => reviewGlass(one.id, one.version, chosen, note.trim()),
    onSuccess: (reviewed) => {
      client.setQueryData(caseQuery(one.id).queryKey, reviewed);
      void client.invalidateQueries({ queryKey: ['break_glass', 'list'] });
      toast(t('review.done'));
      onClose();
    },
    onError: (error) => {
      if ([409, 412].includes(asProblem(error).status)) {
        void client.invalidateQueries({ queryKey: caseQuery(one.id).queryKey });
      }
    },
  });
  function submit() {
    setTried(true);
    if (verdict !== null && !noteMissing) review.mutate(verdict);
  }
  return (
    <Dialog
      title={t('review.do')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{common.t('cancel')}</Button>
          <Button look="primary" busy={review.isPending} onClick={submit}>
            {t('review.confirm')}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p className="soft">{t('review.doText', { name: one.person.name })}</p>
        {review.error && <ProblemBanner error={review.error} />}
        <Choices
          legend={t('review.verdict')}
          value={verdict}
          options={[
            { value: 'justified', label: t('verdict.justified') },
            { value: 'unjustified', label: t('verdict.unjustified'), tone: 'red' },
          ]}
          onChange={setVerdict}
        />
        {verdict === 'unjustified' && one.is_open && <Banner tone="amber">{t('review.endsNow')}</Banner>}
        {tried && verdict === null && (
          <span className="field-note field-note-wrong" role="alert">
            {common.t('required')}
          </span>
        )}
        <TextArea
          label={t('review.note')}
          optional={verdict !== 'unjustified'}
          rows={3}
          maxLength={1000}
          value={note}
          onChange={(event) => setNote(event.target.value)}
          note={tried && noteMissing ? { tone: 'wrong', text: t('review.noteMissing') } : null}
        />
      </div>
    </Dialog>
  );
}
