/** After a refused press: the first field that is wrong comes into view and takes the focus. */
export function showFirstFault(): void {
  // After the paint that marks the fields.
  setTimeout(() => {
    const first = document.querySelector<HTMLElement>(
      '[aria-invalid="true"], .field-note-wrong[role="alert"]',
    );
    first?.scrollIntoView({ block: 'center' });
    if (first?.matches('input, select, textarea')) first.focus({ preventScroll: true });
  });
}
