// The keys of the board, and what else can be done with a row.

import type { LegRow } from '@/lib/contract';
import { useTranslation } from '@/lib/i18n';
import { Button, ButtonLink } from '@/ui/button';
import { Dialog } from '@/ui/dialog';
import { Check } from '@/ui/field';
import { DESK_COMMANDS, type DeskCommand, offers } from '../api/board';

/** One letter each, as they stand on every desk's card. */
export const KEYS: Partial<Record<DeskCommand, string>> = {
  accept: 'A',
  decline: 'D',
  redirect: 'R',
  ask: 'U',
  reserve: 'X',
};

export function KeysDialog({
  on,
  onSwitch,
  onClose,
}: {
  on: boolean;
  onSwitch: (on: boolean) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation('desk');
  const referrals = useTranslation('referrals');
  const common = useTranslation();
  const lines: [keys: string[], text: string][] = [
    [['J', 'K'], t('keys.move')],
    [['Enter'], t('keys.open')],
    ...Object.entries(KEYS).map(([name, key]): [string[], string] => [
      [key],
      referrals.t(`command.${name as DeskCommand}`),
    ]),
    [['/'], t('keys.search')],
    [['?'], t('keys.help')],
  ];
  return (
    <Dialog
      title={t('keys.title')}
      onClose={onClose}
      footer={<Button onClick={onClose}>{common.t('close')}</Button>}
    >
      <div className="stack">
        <Check checked={on} onChange={(event) => onSwitch(event.target.checked)}>
          {t('keys.on')}
        </Check>
        <dl className="facts keys-list">
          {lines.map(([keys, text]) => (
            <div key={text}>
              <dt>
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
        <p className="soft small">{t('keys.hint')}</p>
      </div>
    </Dialog>
  );
}

export function MoreDialog({
  row,
  isDesk,
  onGive,
  onClose,
}: {
  row: LegRow;
  isDesk: boolean;
  onGive: (name: DeskCommand) => void;
  onClose: () => void;
}) {
  const { t } = useTranslation('referrals');
  const desk = useTranslation('desk');
  const common = useTranslation();
  return (
    <Dialog
      title={`${row.patient.name} · ${row.number}`}
      onClose={onClose}
      footer={<Button onClick={onClose}>{common.t('cancel')}</Button>}
    >
      <div className="more-commands">
        {DESK_COMMANDS.filter((name) => offers(row, name, isDesk)).map((name) => (
          <Button key={name} onClick={() => onGive(name)}>
            {t(`command.${name}`)}
            {KEYS[name] && <kbd>{KEYS[name]}</kbd>}
          </Button>
        ))}
        <ButtonLink to="/referrals/$legId" params={{ legId: row.id }}>
          {desk.t('keys.open')}
        </ButtonLink>
        <ButtonLink to="/print/$legId/$sheet" params={{ legId: row.id, sheet: 'form' }} icon="print">
          {desk.t('print.form')}
        </ButtonLink>
      </div>
    </Dialog>
  );
}
