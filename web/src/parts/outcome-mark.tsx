import { useTranslation } from '@/lib/i18n';
import type { IconName } from '@/ui/icon';
import { Status, type Tone } from '@/ui/status';

const MARKS: Record<string, { tone: Tone; icon: IconName }> = {
  done: { tone: 'teal', icon: 'edit' },
  read: { tone: 'gray', icon: 'search' },
  denied: { tone: 'red', icon: 'ban' },
};

/** How an entry of the audit trail came out: changed something, looked, or was refused. */
export function OutcomeMark({ outcome }: { outcome: string }) {
  const { t, has } = useTranslation('audit');
  const mark = MARKS[outcome] ?? { tone: 'gray', icon: 'dot' };
  const key = `outcome.${outcome}`;
  return <Status {...mark}>{has(key) ? t(key) : outcome}</Status>;
}
