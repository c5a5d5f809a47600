import { inspect, isDeepStrictEqual } from 'node:util';

/** @throws Error saying what was found instead. */
export function assert(holds: boolean, found: string): asserts holds {
  if (!holds) throw new Error(found);
}

/** Compares two values with all that is in them. @throws Error showing both. */
export function assertSame(actual: unknown, expected: unknown, what: string): void {
  if (!isDeepStrictEqual(actual, expected))
    throw new Error(`${what} should be ${show(expected)}, and is ${show(actual)}`);
}

/** A value on one line, cut short where it is long. */
export function show(value: unknown): string {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  const text = inspect(value, { depth: 4, breakLength: Number.POSITIVE_INFINITY }).replaceAll(/\s+/g, ' ');
  return text.length > 300 ? `${text.slice(0, 299)}…` : text;
}
