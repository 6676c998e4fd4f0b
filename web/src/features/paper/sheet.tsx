// A sheet of A4: on screen as it will come out of the printer, with the button above it; the document's number and the time of
// printing stand at its foot.

import { type ReactNode, useState } from 'react';
import { clock } from '@/lib/clock';
import { formatTime } from '@/lib/format';
import { useTranslation } from '@/lib/i18n';
import { useMe } from '@/lib/session';
import { Button } from '@/ui/button';
import './paper.css';

export function Sheet({
  title,
  number,
  tools,
  landscape = false,
  children,
}: {
  title: string;
  number: string;
  tools?: ReactNode;
  landscape?: boolean;
  children: ReactNode;
}) {
  const { t, language } = useTranslation('desk');
  const me = useMe();
  const [at, setAt] = useState(() => clock.now());
  return (
    <div className="paper-desk">
      <div className="paper-tools">
        <Button icon="chevronLeft" onClick={() => window.history.back()}>
          {t('print.back')}
        </Button>
        <h1>{title}</h1>
        {tools}
        <Button
          look="primary"
          icon="print"
          onClick={() => {
            setAt(clock.now());
            // The paper shows the minute it was printed, so that it is drawn first.
            requestAnimationFrame(() => requestAnimationFrame(() => window.print()));
          }}
        >
          {t('print.print')}
        </Button>
      </div>
      <article
        className={landscape ? 'paper paper-landscape' : 'paper'}
        lang={language}
        aria-label={title}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: wider than a phone, it is scrolled by keys, too
        tabIndex={0}
      >
        {children}
        <footer className="paper-foot">
          <span>{t('print.page', { number })}</span>
          <span>
            {t('print.printedAt', { time: formatTime(at, language, 0) })} ·{' '}
            {t('print.printedBy', { name: me.person.name })} · {me.position.organisation.name}
            {me.demo && ` · ${t('print.demo')}`}
          </span>
        </footer>
      </article>
    </div>
  );
}
