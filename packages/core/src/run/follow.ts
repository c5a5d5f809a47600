/** Cancels when a signal says so: at once, where it has already. @returns What ends that. */
export function follow(signal: AbortSignal, cancel: (reason: unknown) => void): (() => void) | undefined {
  const heed = (): void => cancel(signal.reason);
  if (signal.aborted) {
    heed();
    return undefined;
  }
  signal.addEventListener('abort', heed, { once: true });
  return () => signal.removeEventListener('abort', heed);
}
