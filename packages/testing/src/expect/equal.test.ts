import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differenceBetween, showValue } from './equal.ts';

const circle = (value: unknown): object => {
  const made: Record<string, unknown> = { value };
  return Object.assign(made, { self: made });
};

test.for([
  [1, 2, '', 1, 2],
  [{ a: 1 }, { a: 2 }, '.a', 1, 2],
  [{ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }, '.a[1].b', 2, 3],
  [[1, 2], [1], '.length', 2, 1],
  [{ a: undefined }, {}, '.a', undefined, undefined],
  [{ 'a b': 1 }, { 'a b': 2 }, `['a b']`, 1, 2],
  [{ a: new Set([1]) }, { a: new Set([2]) }, '.a', new Set([1]), new Set([2])],
  [new Date(0), new Date(1), '', new Date(0), new Date(1)],
  [[1], { 0: 1 }, '', [1], { 0: 1 }],
  [{ a: Number.NaN }, { a: 0 }, '.a', Number.NaN, 0],
] as const)('%o is not %o, at %s', ([actual, expected, path, first, second]) => {
  expect(differenceBetween(actual, expected)).toEqual({ path, actual: first, expected: second });
});

test('values that contain themselves are compared to the end', () => {
  expect(differenceBetween(circle(1), circle(1))).toBeUndefined();
  expect(differenceBetween(circle(1), circle(2))?.path).toBe('.value');
  expect(differenceBetween(circle(1), { value: 1, self: { value: 1, self: 5 } })?.path).toBe('.self.self');
});

test('a stand-in of the test runner decides for itself, at any depth', () => {
  expect(differenceBetween({ a: [1, 'x'] }, { a: [expect.any(Number), 'x'] })).toBeUndefined();
  expect(differenceBetween({ a: 1 }, expect.objectContaining({ a: 1 }))).toBeUndefined();
  const difference = differenceBetween({ a: [1, 'x'] }, { a: [expect.any(String), 'x'] });
  expect(difference?.path).toBe('.a[0]');
  expect(showValue(difference?.expected)).toBe('Any<String>');
});

test('there is a difference if and only if two values are not deeply and strictly equal', () => {
  const value = fc.anything({
    withDate: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    maxDepth: 3,
  });
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(differenceBetween(a, b) === undefined).toBe(isDeepStrictEqual(a, b));
      expect(differenceBetween(a, structuredCloneOrSame(a)) === undefined).toBe(
        isDeepStrictEqual(a, structuredCloneOrSame(a)),
      );
    }),
    { numRuns: 1000 },
  );
});

function structuredCloneOrSame(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return value;
  }
}

test('a value is shown in one line', () => {
  expect(showValue({ a: [1, { b: 'text' }] })).toBe(`{ a: [ 1, { b: 'text' } ] }`);
  expect(showValue('x\ny'.repeat(200)).length).toBeLessThanOrEqual(120);
  expect(showValue(Array.from({ length: 500 }, (_, index) => ({ index })))).not.toContain('\n');
});
