import { isThenable } from '../lib/thenable.ts';

/** The items of a fan-out, in order, pulled one at a time from whatever was given. */
export class ItemSource {
  readonly #iterator: Iterator<unknown> | AsyncIterator<unknown>;
  /** How many items there will be, where that is known beforehand. */
  readonly size: number | undefined;

  constructor(given: unknown) {
    this.#iterator = iteratorOf(given);
    this.size = sizeOf(given);
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

function sizeOf(given: unknown): number | undefined {
  if (Array.isArray(given)) return given.length;
  return given instanceof Set || given instanceof Map || given instanceof Points ? given.size : undefined;
}

/** Every point of a matrix: the last axis changes fastest. */
export class Points implements Iterable<Readonly<Record<string, unknown>>> {
  readonly #names: readonly string[];
  readonly #values: readonly (readonly unknown[])[];
  readonly size: number;

  constructor(axes: Readonly<Record<string, readonly unknown[]>>) {
    this.#names = Object.keys(axes);
    this.#values = Object.values(axes);
    this.size = this.#values.reduce((size, { length }) => size * length, 1);
  }

  *[Symbol.iterator](): Generator<Readonly<Record<string, unknown>>, undefined> {
    for (let point = 0; point < this.size; point++) yield this.#pointAt(point);
    return undefined;
  }

  /** A point's number, read in the mixed base of the axes' lengths. */
  #pointAt(number: number): Readonly<Record<string, unknown>> {
    const point: Record<string, unknown> = {};
    let rest = number;
    const places = this.#values.map((values, axis) => {
      const step = this.#values.slice(axis + 1).reduce((size, { length }) => size * length, 1);
      const place = Math.floor(rest / step);
      rest -= place * step;
      return values[place];
    });
    for (const [axis, name] of this.#names.entries()) point[name] = places[axis];
    return Object.freeze(point);
  }
}
