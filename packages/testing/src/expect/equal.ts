import { inspect, isDeepStrictEqual } from 'node:util';

/** Where a value is not what was expected. */
export interface Difference {
  /** Such as `.rows[2].id`; empty where the whole differs. */
  readonly path: string;
  readonly actual: unknown;
  readonly expected: unknown;
}

/**
 * The first place at which two values differ, by `isDeepStrictEqual`; `undefined` where they are equal. What a test runner
 * offers in the place of a value (`expect.any(Number)`) decides for itself.
 */
export function differenceBetween(actual: unknown, expected: unknown): Difference | undefined {
  return compare(actual, expected, '', []);
}

/** Two values that are being compared, because something inside them is. */
type Pair = readonly [actual: unknown, expected: unknown];

function compare(
  actual: unknown,
  expected: unknown,
  path: string,
  above: readonly Pair[],
): Difference | undefined {
  if (isAsymmetric(expected))
    return expected.asymmetricMatch(actual) ? undefined : { path, actual, expected };
  if (isDeepStrictEqual(actual, expected)) return undefined;
  // A circle: what differs in it is found where it was entered.
  if (above.some(([first, second]) => first === actual && second === expected)) return undefined;
  if (!isContainer(actual) || !isContainer(expected) || prototypeOf(actual) !== prototypeOf(expected))
    return { path, actual, expected };
  const inside: readonly Pair[] = [...above, [actual, expected]];
  for (const key of new Set([...Reflect.ownKeys(expected), ...Reflect.ownKeys(actual)])) {
    const here = `${path}${showKey(key, Array.isArray(actual))}`;
    const [first, second] = [Reflect.get(actual, key) as unknown, Reflect.get(expected, key) as unknown];
    if (Object.hasOwn(actual, key) !== Object.hasOwn(expected, key))
      return { path: here, actual: first, expected: second };
    const difference = compare(first, second, here, inside);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** A list, or a plain object: what differs in it lies in one of its properties. */
function isContainer(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = prototypeOf(value);
  return Array.isArray(value) || prototype === null || prototypeOf(prototype) === null;
}

function prototypeOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}

interface Asymmetric {
  asymmetricMatch(actual: unknown): boolean;
}

/** Whether a value is a test runner's stand-in for many, such as `expect.objectContaining(…)`. */
export function isAsymmetric(value: unknown): value is Asymmetric {
  return (
    typeof value === 'object' &&
    value !== null &&
    'asymmetricMatch' in value &&
    typeof value.asymmetricMatch === 'function'
  );
}

function showKey(key: string | symbol, inArray: boolean): string {
  if (inArray && key !== 'length') return `[${String(key)}]`;
  return typeof key === 'string' && /^[\w$]+$/.test(key) ? `.${key}` : `[${inspect(key)}]`;
}

const LONGEST = 120;

/** A value in one line, cut where it is long. */
export function showValue(value: unknown): string {
  if (isAsymmetric(value)) return showAsymmetric(value);
  const shown = inspect(value, {
    depth: 2,
    breakLength: Number.POSITIVE_INFINITY,
    compact: true,
    maxArrayLength: 8,
    maxStringLength: 80,
  }).replaceAll(/\s*\n\s*/g, ' ');
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST - 1)}…` : shown;
}

function showAsymmetric(value: Asymmetric & { toAsymmetricMatcher?(): string }): string {
  return value.toAsymmetricMatcher?.() ?? 'what the test runner was asked for';
}
