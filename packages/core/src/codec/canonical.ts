import { UnstorableError } from '../model/codec-error.ts';
import { encode } from './codec.ts';
import { kindOf } from './kind.ts';
import { checkStorable } from './storable.ts';
import { StoredError } from './stored-error.ts';
import { toStorableError } from './to-storable.ts';

/**
 * A value as text that is the same for values that are the same in all parts: neither the order of an object's keys nor
 * whether an object stands in two places counts. It cannot be read back. The order of a Map's or a Set's items does count.
 *
 * @param subject What the value is, for messages.
 * @param name What it is called at the beginning of a path.
 * @throws UnstorableError where it is no value that a store can keep
 */
export function canonical(value: unknown, subject: string, name: string): string {
  checkStorable(value, subject, name);
  try {
    return new Writer().of(value);
  } catch (cause) {
    throw new UnstorableError(subject, name, `is too large to be text (${String(cause)})`, { cause });
  }
}

class Writer {
  /** What stands in many places is written once: there can be very many. */
  readonly #written = new Map<object, string>();

  of(value: unknown): string {
    if (typeof value === 'string') return JSON.stringify(value);
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value);
    let text = this.#written.get(value);
    if (text === undefined) {
      text = this.#write(value);
      this.#written.set(value, text);
    }
    return text;
  }

  #write(value: object): string {
    if (value instanceof StoredError) return `Error ${this.of(value.data)}`;
    if (value instanceof Error) return `Error ${this.of(toStorableError(value))}`;
    switch (kindOf(value)) {
      case 'array':
        return this.#array(value as readonly unknown[]);
      case 'object':
        return this.#object(value as Readonly<Record<string, unknown>>);
      case 'map':
        return `Map(${Array.from(value as ReadonlyMap<unknown, unknown>, ([key, item]) => `${this.of(key)}=>${this.of(item)}`).join()})`;
      case 'set':
        return `Set(${Array.from(value as ReadonlySet<unknown>, (item) => this.of(item)).join()})`;
      case 'whole':
      case undefined:
        return encode(value);
    }
  }

  #array(array: readonly unknown[]): string {
    const items: string[] = [];
    for (let index = 0; index < array.length; index++) {
      if (!(index in array)) return this.#sparse(array);
      items.push(this.of(array[index]));
    }
    return `[${items.join()}]`;
  }

  /** An array with holes can be much longer than what it has. */
  #sparse(array: readonly unknown[]): string {
    return `${array.length}${this.#object(array as unknown as Readonly<Record<string, unknown>>)}`;
  }

  #object(object: Readonly<Record<string, unknown>>): string {
    const keys = Object.keys(object).toSorted();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${this.of(object[key])}`).join()}}`;
  }
}
