import { isMatch, MOST_NESTED } from './kind.ts';

/**
 * Whether JSON is exact for a value: only plain objects and arrays without holes, each standing in one place, strings,
 * finite numbers but not -0, booleans and null. Most outputs are so, and this is all that a store adds to
 * writing them as JSON: it makes no places and reads each property once. What is not sure is said not to be.
 */
export function isPlainJson(value: unknown): boolean {
  if (typeof value === 'object' && value !== null && hasPatchedJson()) return false;
  try {
    return isPlain(value, new Set(), 0);
  } catch {
    return false;
  }
}

function isPlain(value: unknown, seen: Set<object>, depth: number): boolean {
  if (typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== 'object') return false;
  if (value === null) return true;
  if (seen.has(value) || depth >= MOST_NESTED) return false;
  seen.add(value);
  return Array.isArray(value) ? isPlainArray(value, seen, depth) : isPlainObject(value, seen, depth);
}

function isPlainArray(array: readonly unknown[], seen: Set<object>, depth: number): boolean {
  if (Object.getPrototypeOf(array) !== Array.prototype || isMatch(array)) return false;
  for (let index = 0; index < array.length; index++) {
    // A hole reads as undefined.
    if (!isPlain(array[index], seen, depth + 1)) return false;
  }
  return true;
}

function isPlainObject(object: object, seen: Set<object>, depth: number): boolean {
  if (Object.getPrototypeOf(object) !== Object.prototype) return false;
  // Much faster than Object.keys; what Object.prototype was given is looked at too, which at worst says no.
  for (const key in object) {
    if (!isPlain((object as Record<string, unknown>)[key], seen, depth + 1)) return false;
  }
  return Object.getOwnPropertySymbols(object).length === 0;
}

/** Some libraries of old give every object or array a form in JSON of their own. */
function hasPatchedJson(): boolean {
  return 'toJSON' in Array.prototype;
}
