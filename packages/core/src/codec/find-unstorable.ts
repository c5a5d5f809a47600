import { classOf, member, quote } from '../lib/place.ts';
import { isMatch, kindOf, MOST_NESTED } from './kind.ts';
import { StoredError } from './stored-error.ts';

/** What in a value keeps it from being stored. */
export interface Unstorable {
  /** Where it stands, as an expression that gives it: `output.rows[3].when`. */
  readonly path: string;
  /** What it is: `is a function`. */
  readonly what: string;
}

/**
 * What in a value would not come back from the store as it was; `undefined` where all of it would. An error always can:
 * what it has beside its text is stored as far as that can be.
 *
 * @param name What the value is called, as the beginning of the path.
 */
export function findUnstorable(value: unknown, name: string): Unstorable | undefined {
  const found = new Search().look(value, 0);
  if (found === undefined) return undefined;
  return { path: found.steps.reduceRight((place, step) => step(place), name), what: found.what };
}

/** From the place of a value to that of a part of it. */
type Step = (place: string) => string;

interface Found {
  readonly what: string;
  /** The innermost first: they are gathered on the way back, so that a value without fault costs no places. */
  readonly steps: Step[];
}

class Search {
  readonly #entered = new Set<object>();
  readonly #passed = new Set<object>();

  look(value: unknown, depth: number): Found | undefined {
    if (typeof value === 'function') return fault('is a function');
    if (typeof value === 'symbol') return fault('is a symbol');
    if (typeof value !== 'object' || value === null || this.#passed.has(value)) return undefined;
    if (this.#entered.has(value)) return fault('leads back to what it is within');
    if (depth >= MOST_NESTED) return fault(`is within more than ${MOST_NESTED} others`);
    this.#entered.add(value);
    const found = this.#tryParts(value, depth + 1);
    this.#passed.add(value);
    return found;
  }

  #tryParts(value: object, depth: number): Found | undefined {
    try {
      return this.#parts(value, depth);
    } catch (error) {
      return fault(`cannot be read: ${String(error)}`);
    }
  }

  #parts(value: object, depth: number): Found | undefined {
    if (value instanceof Error || value instanceof StoredError) return undefined;
    switch (kindOf(value)) {
      case 'array':
        return this.#items(value as readonly unknown[], depth);
      case 'object':
        return this.#members(value as Readonly<Record<string, unknown>>, depth);
      case 'map':
        return this.#entries(value as ReadonlyMap<unknown, unknown>, depth);
      case 'set':
        return this.#each(value as ReadonlySet<unknown>, depth, (place) => `[...${place}]`);
      case 'whole':
        return undefined;
      case undefined:
        return fault(describe(value));
    }
  }

  #items(array: readonly unknown[], depth: number): Found | undefined {
    for (let index = 0; index < array.length; index++) {
      if (!(index in array)) return this.#sparse(array, depth);
      const found = this.look(array[index], depth);
      if (found !== undefined) return stepped(found, (place) => `${place}[${index}]`);
    }
    return undefined;
  }

  /** An array with holes can be much longer than what it has. */
  #sparse(array: readonly unknown[], depth: number): Found | undefined {
    for (const key of Object.keys(array)) {
      const found = this.look(array[Number(key)], depth);
      if (found !== undefined) return stepped(found, (place) => `${place}[${key}]`);
    }
    return undefined;
  }

  #members(object: Readonly<Record<string, unknown>>, depth: number): Found | undefined {
    for (const key of Object.keys(object)) {
      const found = this.look(object[key], depth);
      if (found !== undefined) return stepped(found, (place) => member(place, key));
    }
    return undefined;
  }

  #entries(map: ReadonlyMap<unknown, unknown>, depth: number): Found | undefined {
    const inKeys = this.#each(map.keys(), depth, (place) => `[...${place}.keys()]`);
    if (inKeys !== undefined) return inKeys;
    let index = 0;
    for (const [key, item] of map) {
      const found = this.look(item, depth);
      const nth = index++;
      if (found === undefined) continue;
      return stepped(found, (place) =>
        typeof key === 'string' ? `${place}.get(${quote(key)})` : `[...${place}.values()][${nth}]`,
      );
    }
    return undefined;
  }

  #each(items: Iterable<unknown>, depth: number, spread: Step): Found | undefined {
    let index = 0;
    for (const item of items) {
      const found = this.look(item, depth);
      const nth = index++;
      if (found !== undefined) return stepped(found, (place) => `${spread(place)}[${nth}]`);
    }
    return undefined;
  }
}

function fault(what: string): Found {
  return { what, steps: [] };
}

function stepped(found: Found, step: Step): Found {
  found.steps.push(step);
  return found;
}

function describe(value: object): string {
  if (value instanceof Promise) return 'is a promise: await it first';
  if (Array.isArray(value) && isMatch(value)) {
    return 'is the result of a match, which has more than its items: copy what is needed of it';
  }
  const plain = Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null;
  return plain ? 'has a symbol among its keys' : `is an instance of ${classOf(value)}`;
}
