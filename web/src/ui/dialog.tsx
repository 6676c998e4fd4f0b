import { type ReactNode, useEffect, useId, useRef } from 'react';

const FOCUSABLE =
  'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled)';

/** A modal dialog: keeps the focus inside, gives it back at the end, closes on Escape where `onClose` is given. */
export function Dialog({
  title,
  children,
  footer,
  onClose,
  wide = false,
}: {
  title: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
  onClose?: () => void;
  wide?: boolean;
}) {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  close.current = onClose;

  useEffect(() => {
    const before = document.activeElement;
    const first =
      box.current?.querySelector<HTMLElement>('[autofocus], input, textarea, select') ?? box.current;
    first?.focus();
    const keys = (event: KeyboardEvent) => {
      // A button that was pressed and is busy has lost the focus: the keys are the dialog's all the same.
      const open = document.querySelectorAll('[role="dialog"]');
      if (open[open.length - 1] !== box.current) return;
      if (event.key === 'Escape' && !event.isComposing) {
        event.stopPropagation();
        close.current?.();
      }
      if (event.key !== 'Tab' || !box.current) return;
      const all = [...box.current.querySelectorAll<HTMLElement>(FOCUSABLE)];
      const [start, end] = [all[0], all[all.length - 1]];
      if (!box.current.contains(document.activeElement)) {
        event.preventDefault();
        start?.focus();
      } else if (event.shiftKey && document.activeElement === start) {
        event.preventDefault();
        end?.focus();
      } else if (!event.shiftKey && document.activeElement === end) {
        event.preventDefault();
        start?.focus();
      }
    };
    document.addEventListener('keydown', keys);
    document.body.style.overflow = 'hidden';
    return () => {
      document.removeEventListener('keydown', keys);
      document.body.style.overflow = '';
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);

  return (
    <div className="dialog-veil">
      <div
        ref={box}
        className={wide ? 'dialog dialog-wide' : 'dialog'}
        role="dialog"
        aria-modal="true"
        aria-labelledby={id}
        tabIndex={-1}
      >
        <div className="dialog-head">
          <h2 id={id}>{title}</h2>
        </div>
        <div className="dialog-body">{children}</div>
        {footer && <div className="dialog-foot">{footer}</div>}
      </div>
    </div>
  );
}
