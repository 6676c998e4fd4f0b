// Writing: findings, diagnosis, advice, disposition; kept by itself; signed after a question.
import { useState } from 'react';
import type { Consult, ReportDisposition } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { useConsultCommand } from '@/lib/queries/consults';
import { ProblemBanner } from '@/ui/banner';
import { Button } from '@/ui/button';
import { Choices, TextArea, TextField } from '@/ui/field';
import { codeSystem, type Missing, missing, type ReportText, withCode } from '../draft';
import { SavingLine } from './saving-line';
import { SignDialog } from './sign-dialog';
import { useDraft } from './use-draft';

const dispositions: ReportDisposition[] = ['treat_here', 'refer_up', 'send_down'];

export function ReportForm({ consult, personId }: { consult: Consult; personId: string }) {
  const { t } = useTranslation('report');
  const draft = useDraft(consult, personId);
  const command = useConsultCommand(consult.id);
  const [asking, setAsking] = useState(false);
  const [shown, setShown] = useState<Missing[]>([]);
  const [problem, setProblem] = useState<unknown>(null);
  const { text, change, saving } = draft;
  const wrong = (part: Missing) =>
    shown.includes(part) && missing(text).includes(part)
      ? { tone: 'wrong' as const, text: t(`missing.${part}`) }
      : null;

  async function sign() {
    setProblem(null);
    try {
      const current = await draft.flush();
      await command.mutateAsync({ command: 'sign', version: current.version });
    } catch (error) {
      setProblem(error);
    }
    setAsking(false);
  }

  function wantSign() {
    const gaps = missing(text);
    setShown(gaps);
    if (gaps.length === 0) setAsking(true);
  }

  return (
    <form className="report-form" onSubmit={(event) => event.preventDefault()}>
      {saving.is === 'conflict' && <Conflict theirs={saving.theirs} draft={draft} />}
      {problem !== null && <ProblemBanner error={problem} />}
      {draft.problem !== null && problem === null && <ProblemBanner error={draft.problem} />}
      <TextArea
        label={t('findings')}
        rows={7}
        value={text.findings}
        note={wrong('findings')}
        data-testid="report-findings"
        onChange={(event) => change({ findings: event.target.value })}
      />
      <div className="report-diagnosis">
        <TextField
          label={t('diagnosis')}
          value={text.diagnosis.text}
          note={wrong('diagnosis')}
          data-testid="report-diagnosis"
          onChange={(event) => change({ diagnosis: { ...text.diagnosis, text: event.target.value } })}
        />
        <TextField
          label={t('code')}
          hint={`${codeSystem.system} ${codeSystem.version}`}
          optional
          value={text.diagnosis.code ?? ''}
          maxLength={20}
          autoCapitalize="characters"
          data-testid="report-code"
          onChange={(event) => change({ diagnosis: withCode(text.diagnosis, event.target.value) })}
        />
      </div>
      <TextArea
        label={t('advice')}
        rows={4}
        value={text.advice}
        note={wrong('advice')}
        data-testid="report-advice"
        onChange={(event) => change({ advice: event.target.value })}
      />
      <div data-testid="report-disposition">
        <Choices
          legend={t('disposition')}
          value={text.disposition}
          options={dispositions.map((value) => ({
            value,
            label: t(`dispositions.${value}`),
          }))}
          onChange={(disposition) => change({ disposition })}
        />
        {wrong('disposition') && (
          <p className="field-note field-note-wrong" role="alert">
            {t('missing.disposition')}
          </p>
        )}
      </div>
      <footer className="report-foot">
        <SavingLine saving={saving} />
        <Button
          look="primary"
          icon="check"
          disabled={saving.is === 'conflict'}
          data-testid="report-sign"
          onClick={wantSign}
        >
          {t('sign')}
        </Button>
      </footer>
      {asking && (
        <SignDialog
          text={text}
          patient={consult.patient}
          busy={command.isPending || saving.is === 'saving'}
          onSign={sign}
          onClose={() => setAsking(false)}
        />
      )}
    </form>
  );
}

function Conflict({ theirs, draft }: { theirs: ReportText; draft: ReturnType<typeof useDraft> }) {
  const { t } = useTranslation('report');
  return (
    <div className="report-conflict" role="alert" data-testid="report-conflict">
      <p>{t('conflict')}</p>
      <dl className="facts">
        <dt>{t('findings')}</dt>
        <dd>{theirs.findings || '—'}</dd>
        <dt>{t('diagnosis')}</dt>
        <dd>{theirs.diagnosis.text || '—'}</dd>
        <dt>{t('advice')}</dt>
        <dd>{theirs.advice || '—'}</dd>
      </dl>
      <div className="row">
        <Button onClick={draft.keepMine}>{t('keepMine')}</Button>
        <Button onClick={draft.takeTheirs}>{t('takeTheirs')}</Button>
      </div>
    </div>
  );
}
