/**
 * Calls back once when a signal is aborted: now, if it is.
 *
 * @returns What ends that, so that a signal which outlives the caller does not keep it.
 */
export function onAbort(signal: AbortSignal, callback: (reason: unknown) => void): () => void {
  const hear = (): void => callback(signal.reason);
  if (signal.aborted) hear();
  else signal.addEventListener('abort', hear, { once: true });
  return () => signal.removeEventListener('abort', hear);
}
