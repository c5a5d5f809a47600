/** A command that an attempt has started, and that has not ended. */
interface Running {
  readonly signal: AbortSignal;
  readonly ended: Promise<unknown>;
}

const running = new Map<string, Set<Running>>();

/**
 * Calls `work` once what earlier attempts have started has ended: an attempt that timed out is over before its command is, and
 * two of the same task are not to work on the same thing.
 *
 * @param key The same for all attempts of a task.
 * @param signal Tells the attempts apart: what one attempt starts runs side by side.
 */
export async function afterEarlierAttempts<T>(
  key: string,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  const earlier = [...(running.get(key) ?? [])].filter((other) => other.signal !== signal);
  const ended = Promise.allSettled(earlier.map((other) => other.ended)).then(work);
  const all = running.get(key) ?? new Set();
  const own = { signal, ended };
  running.set(key, all.add(own));
  try {
    return await ended;
  } finally {
    all.delete(own);
    if (all.size === 0) running.delete(key);
  }
}
