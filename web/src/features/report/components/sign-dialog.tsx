// The question before a signature: what is signed, for whom, and that it cannot be changed afterwards.
import type { PatientRef } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { PatientLine } from '@/parts/patient-line';
import { Button } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import type { ReportText } from '../draft';

interface Props {
  text: ReportText;
  patient: PatientRef;
  busy: boolean;
  onSign: () => void;
  onClose: () => void;
}

export function SignDialog({ text, patient, busy, onSign, onClose }: Props) {
  const { t } = useTranslation('report');
  return (
    <Dialog
      title={t('signTitle')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose} disabled={busy}>
            {t('goOn')}
          </Button>
          <Button look="primary" icon="lock" busy={busy} data-testid="report-sign-confirm" onClick={onSign}>
            {t('signNow')}
          </Button>
        </>
      }
    >
      <p className="report-sign-who">
        <PatientLine patient={patient} />
      </p>
      <dl className="facts">
        <dt>{t('diagnosis')}</dt>
        <dd>{[text.diagnosis.code, text.diagnosis.text].filter(Boolean).join(' ')}</dd>
        <dt>{t('disposition')}</dt>
        <dd>{text.disposition && t(`dispositions.${text.disposition}`)}</dd>
      </dl>
      <p className="soft" style={{ marginTop: 12 }}>
        {t('signText')}
      </p>
    </Dialog>
  );
}
