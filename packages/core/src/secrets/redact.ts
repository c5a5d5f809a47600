import { findSecret } from './find-secret.ts';
import { jsonOf, keysOfError, partsOf, read } from './parts.ts';
import { markOf, type Redactor } from './redactor.ts';

/** What is told of a value is kept to so many levels, where a secret is in it. */
const MOST_KEPT = 50;

/**
 * The value without secrets: itself, where there are none. An error stays the same object and is changed, so that whoever
 * has it already does not tell them either; of anything else a copy is made.
 */
export function redact(value: unknown, redactor: Redactor): unknown {
  if (typeof value === 'string') return redactor.text(value);
  if (findLoosely(value, redactor) === undefined) return value;
  return new Copy(redactor).of(value);
}

/** Pieces of secrets count too. */
function findLoosely(value: unknown, redactor: Redactor): string | undefined {
  const inText = (text: string): string | undefined => (redactor.text(text) === text ? undefined : text);
  return findSecret(value, '', redactor, inText)?.secret;
}

class Copy {
  readonly #redactor: Redactor;
  /** What was made of each object; as long as it is being made, what stands where it leads back to itself. */
  readonly #made = new Map<object, unknown>();
  #depth = 0;

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  of(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return this.#make(value);
    if (this.#made.has(value)) return this.#made.get(value);
    if (this.#depth >= MOST_KEPT) return '[nested too deep]';
    this.#made.set(value, value instanceof Error ? value : '[circular]');
    this.#depth++;
    const made = this.#make(value);
    this.#depth--;
    this.#made.set(value, made);
    return made;
  }

  #make(value: unknown): unknown {
    const parts = partsOf(value);
    switch (parts.kind) {
      case 'text': {
        const text = this.#redactor.text(parts.text);
        return text === parts.text ? value : text;
      }
      case 'number':
        return marked(this.#redactor.findInNumber(parts.number), value);
      case 'bytes':
        return marked(this.#redactor.findInBytes(parts.bytes), value);
      case 'error':
        return this.#error(parts.error);
      case 'array':
        return parts.items.map((item) => this.of(item));
      case 'map':
        return new Map(Array.from(parts.map, ([key, item]) => [this.of(key), this.of(item)]));
      case 'set':
        return new Set(Array.from(parts.set, (item) => this.of(item)));
      case 'object': {
        const { object } = parts;
        return Object.fromEntries(
          Object.keys(object).map((key) => [this.#redactor.text(key), this.of(read(object, key))]),
        );
      }
      case 'opaque':
        return this.#opaque(parts.object);
      case 'nothing':
        return value;
    }
  }

  /** An instance of a class cannot be made again: what JSON would show of it stands in its place. */
  #opaque(object: object): unknown {
    if (findLoosely(object, this.#redactor) === undefined) return object;
    return this.of(jsonOf(object) ?? { ...object });
  }

  #error(error: Error): Error {
    const target = canChange(error)
      ? error
      : (Object.create(Object.getPrototypeOf(error) as object) as Error);
    this.#made.set(error, target);
    for (const key of keysOfError(error)) {
      const before = read(error, key);
      const after = this.of(before);
      if (after === before && target === error) continue;
      const enumerable = Object.getOwnPropertyDescriptor(error, key)?.enumerable ?? false;
      Object.defineProperty(target, key, { value: after, writable: true, enumerable, configurable: true });
    }
    return target;
  }
}

function canChange(error: Error): boolean {
  if (!Object.isExtensible(error)) return false;
  return Object.values(Object.getOwnPropertyDescriptors(error)).every(
    ({ configurable }) => configurable === true,
  );
}

function marked(secret: string | undefined, value: unknown): unknown {
  return secret === undefined ? value : markOf(secret);
}
