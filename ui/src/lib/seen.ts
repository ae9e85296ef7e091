/** Marks when a screen is there to be used, with the frame behind this one: tests/e2e's `window-figures` reads it. */
export function seen(screen: string): void {
  requestAnimationFrame(() => performance.mark(screen));
}
