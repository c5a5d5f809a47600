import { classOf } from '../lib/place.ts';
import { type ErrorData, toErrorData } from '../model/error-data.ts';
import { findUnstorable } from './find-unstorable.ts';
import { kindOf } from './kind.ts';
import { isPlainJson } from './plain-json.ts';
import { StoredError } from './stored-error.ts';

/** What comes with a log line, a reason or an error is kept to so many levels. */
const MOST_KEPT = 50;

/** A value as it can be stored: what cannot is replaced by a text that says what it was: `[function]`. */
export function toStorable(value: unknown): unknown {
  if (isPlainJson(value) || findUnstorable(value, '') === undefined) return value;
  return new Copy().of(value);
}

/** An error as data that can be stored. */
export function toStorableError(error: Error): ErrorData {
  const copy = new Copy();
  copy.enter(error);
  return copy.ofError(error);
}

class Copy {
  /** What was made of each object; as long as it is being made, what stands where it leads back to itself. */
  readonly #made = new Map<object, unknown>();
  #depth = 0;

  of(value: unknown): unknown {
    if (typeof value === 'function') return '[function]';
    if (typeof value === 'symbol') return `[${String(value)}]`;
    if (typeof value !== 'object' || value === null) return value;
    if (this.#made.has(value)) return this.#made.get(value);
    if (this.#depth >= MOST_KEPT) return '[nested too deep]';
    this.enter(value);
    this.#depth++;
    const made = this.#try(value);
    this.#depth--;
    this.#made.set(value, made);
    return made;
  }

  enter(value: object): void {
    this.#made.set(value, '[circular]');
  }

  ofError(error: Error): ErrorData {
    return toErrorData(error, (value) => ({ value: this.of(value) }));
  }

  #try(value: object): unknown {
    try {
      return this.#make(value);
    } catch {
      return '[unreadable]';
    }
  }

  #make(value: object): unknown {
    if (value instanceof Error) return new StoredError(this.ofError(value));
    switch (kindOf(value)) {
      case 'array':
        return (value as readonly unknown[]).map((item) => this.of(item));
      case 'object':
        return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.of(item)]));
      case 'map':
        return new Map(
          Array.from(value as ReadonlyMap<unknown, unknown>, ([key, item]) => [this.of(key), this.of(item)]),
        );
      case 'set':
        return new Set(Array.from(value as ReadonlySet<unknown>, (item) => this.of(item)));
      case 'whole':
        return value;
      case undefined:
        return `[${classOf(value)}]`;
    }
  }
}
