/**
 * Calls back once when a signal is aborted: now, if it is.
 *
 * @returns What ends that, so that a signal which outlives the caller does not keep it.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) callback();
  else signal.addEventListener('abort', callback, { once: true });
  return () => signal.removeEventListener('abort', callback);
}
