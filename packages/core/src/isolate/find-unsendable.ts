import { classOf, member, quote } from '../lib/place.ts';

/** Whether a value can be sent to another thread. It is found out by cloning it: not for what is large. */
export function isSendable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

/**
 * Where in a value stands what keeps it from being sent to another thread, and what that is:
 * `data.extract.rows[0].render is a function`. `undefined` where all of it can be sent.
 *
 * @param name What the value is called, as the beginning of the place.
 */
export function findUnsendable(value: unknown, name: string): string | undefined {
  return find(value, name, new Set());
}

function find(value: unknown, place: string, seen: Set<object>): string | undefined {
  if (typeof value === 'function') return `${place} is a function`;
  if (typeof value === 'symbol') return `${place} is a symbol`;
  if (typeof value !== 'object' || value === null || seen.has(value)) return undefined;
  seen.add(value);
  for (const [inner, item] of partsOf(value, place)) {
    const found = find(item, inner, seen);
    if (found !== undefined) return found;
  }
  return isPlain(value) || isSendable(value) ? undefined : `${place} is an instance of ${classOf(value)}`;
}

/** What cloning looks at within a value, each part with its place. */
function* partsOf(value: object, place: string): Iterable<[place: string, part: unknown]> {
  if (value instanceof Map) {
    for (const [key, item] of value) {
      yield [`a key of ${place}`, key];
      yield [`${place}.get(${typeof key === 'string' ? quote(key) : String(key)})`, item];
    }
  } else if (value instanceof Set) {
    for (const item of value) yield [`an item of ${place}`, item];
  } else if (value instanceof Error) {
    yield [`${place}.cause`, value.cause];
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield [`${place}[${index}]`, item];
  } else if (!ArrayBuffer.isView(value)) {
    for (const key of Object.keys(value)) yield [member(place, key), Reflect.get(value, key)];
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || prototype === Array.prototype;
}
