// Commands that need a sentence: a question to the requester, or why it is given back or taken up again.
import { useState } from 'react';
import type { Consult } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { useConsultCommand } from '@/lib/queries/consults';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { TextArea } from '@/ui/field';

export const wordsCommands = ['ask', 'release', 'amend'] as const;
export type WordsCommand = (typeof wordsCommands)[number];

/** The name of the sentence in the body of each command. */
const field: Record<WordsCommand, string> = { ask: 'text', release: 'reason', amend: 'reason' };

interface Props {
  consult: Consult;
  command: WordsCommand;
  onClose: () => void;
}

export function WordsDialog({ consult, command, onClose }: Props) {
  const { t } = useTranslation('reading');
  const [words, setWords] = useState('');
  const { mutate, isPending, error } = useConsultCommand(consult.id);
  return (
    <Dialog
      title={t(`words.${command}.title`)}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button
            look="primary"
            busy={isPending}
            disabled={words.trim() === ''}
            data-testid={`desk-${command}-send`}
            onClick={() =>
              mutate(
                { command, body: { [field[command]]: words.trim() }, version: consult.version },
                { onSuccess: onClose },
              )
            }
          >
            {t(`words.${command}.send`)}
          </Button>
        </>
      }
    >
      {error && <ProblemBanner error={error} />}
      <TextArea
        label={t(`words.${command}.label`)}
        rows={4}
        value={words}
        onChange={(event) => setWords(event.target.value)}
      />
    </Dialog>
  );
}
