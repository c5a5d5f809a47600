import { isThenable } from '../lib/thenable.ts';

/** The items of a fan-out, in order, pulled one at a time from whatever was given. */
export class ItemSource {
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>;
  /** How many items there will be, where that is known beforehand. */
  readonly size: number | undefined;

  constructor(given: unknown) {
    this.#iterator = iteratorOf(given);
    this.size = Array.isArray(given) ? given.length : undefined;
  }

  next(): IteratorResult<unknown> | Promise<IteratorResult<unknown>> {
    return this.#iterator.next();
  }

  /** No more items are wanted. A source that refuses to be closed has nothing more to say. */
  close(): void {
    try {
      const closed: unknown = this.#iterator.return?.();
      if (isThenable(closed)) Promise.resolve(closed).catch(() => undefined);
    } catch {
      // The task has ended by now, and not because of this.
    }
  }
}

function iteratorOf(given: unknown): Iterator<unknown> | AsyncIterator<unknown> {
  if (typeof given === 'object' && given !== null) {
    if (Symbol.asyncIterator in given) return (given as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    if (Symbol.iterator in given) return (given as Iterable<unknown>)[Symbol.iterator]();
  }
  throw new TypeError(
    `.forEach() needs a function that gives an array, an iterable or an async iterable; it gave ${given === null ? 'null' : `a value of type ${typeof given}`}`,
  );
}

/** Every point of a matrix: the last axis changes fastest. */
export function* pointsOf(axes: Readonly<Record<string, readonly unknown[]>>): Generator<Record<string, unknown>> {
  const names = Object.keys(axes);
  const at = names.map(() => 0);
  if (names.some((name) => axes[name]?.length === 0)) return;
  for (;;) {
    yield Object.freeze(Object.fromEntries(names.map((name, axis) => [name, axes[name]?.[at[axis] ?? 0]])));
    let axis = names.length - 1;
    for (; axis >= 0; axis--) {
      const next = (at[axis] ?? 0) + 1;
      at[axis] = next < (axes[names[axis] ?? '']?.length ?? 0) ? next : 0;
      if (at[axis] !== 0) break;
    }
    if (axis < 0) return;
  }
}
