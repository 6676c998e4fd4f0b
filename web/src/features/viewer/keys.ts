// From a key to what the viewer shall do: OHIF's defaults where they exist. Pure.

export type Tool = 'window' | 'scroll' | 'zoom' | 'pan' | 'length';

export type KeyCommand =
  | { do: 'preset'; key: string }
  | { do: 'tool'; tool: Tool }
  | { do: 'scroll'; by: number }
  | { do: 'first' | 'last' | 'invert' | 'reset' | 'remove_measurement' }
  | { do: 'zoom'; factor: number };

const commands: Record<string, KeyCommand> = {
  ArrowDown: { do: 'scroll', by: 1 },
  ArrowRight: { do: 'scroll', by: 1 },
  ArrowUp: { do: 'scroll', by: -1 },
  ArrowLeft: { do: 'scroll', by: -1 },
  PageDown: { do: 'scroll', by: 10 },
  PageUp: { do: 'scroll', by: -10 },
  Home: { do: 'first' },
  End: { do: 'last' },
  z: { do: 'tool', tool: 'zoom' },
  w: { do: 'tool', tool: 'window' },
  p: { do: 'tool', tool: 'pan' },
  s: { do: 'tool', tool: 'scroll' },
  l: { do: 'tool', tool: 'length' },
  i: { do: 'invert' },
  ' ': { do: 'reset' },
  '+': { do: 'zoom', factor: 1.25 },
  '=': { do: 'zoom', factor: 1.25 },
  '-': { do: 'zoom', factor: 0.8 },
  Delete: { do: 'remove_measurement' },
  Backspace: { do: 'remove_measurement' },
};

interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  isComposing: boolean;
}

export function commandFor(event: Pressed): KeyCommand | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return null;
  if (/^[1-5]$/.test(event.key)) return { do: 'preset', key: event.key };
  return commands[event.key] ?? commands[event.key.toLowerCase()] ?? null;
}

/** Keys belong to an input while it is being typed in, and to a control that moves or presses by them. */
export function belongsElsewhere(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('input, textarea, select, [contenteditable="true"], [role="dialog"]')) return true;
  const presses = key === ' ' || key === 'Enter';
  if (presses) return target.closest('button, a, summary, [role="tab"]') !== null;
  return (
    key.startsWith('Arrow') && target.closest('[role="tablist"], [role="separator"], [role="menu"]') !== null
  );
}
