import { Link, type LinkProps } from '@tanstack/react-router';
import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Icon, type IconName } from './icon';

type Look = 'primary' | 'secondary' | 'quiet' | 'danger' | 'danger-solid';

interface Common {
  look?: Look;
  icon?: IconName;
  block?: boolean;
  children?: ReactNode;
}

function classes(look: Look, block: boolean, iconOnly: boolean, extra?: string): string {
  return ['button', `button-${look}`, block && 'button-block', iconOnly && 'button-icon', extra]
    .filter(Boolean)
    .join(' ');
}

/** While `busy`, the button keeps its width and refuses a second press. */
export function Button({
  look = 'secondary',
  icon,
  block = false,
  busy = false,
  children,
  className,
  type = 'button',
  disabled,
  ...rest
}: Common & { busy?: boolean } & ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button
      type={type}
      className={classes(look, block, !children, className)}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      {...rest}
    >
      {busy ? <Icon name="spinner" className="spin" /> : icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

export function ButtonLink({
  look = 'secondary',
  icon,
  block = false,
  children,
  className,
  ...link
}: Common & { className?: string } & LinkProps) {
  return (
    <Link {...link} className={classes(look, block, !children, className)}>
      {icon && <Icon name={icon} />}
      {children}
    </Link>
  );
}
