import { runInThisContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UnstorableError } from '../model/codec-error.ts';
import { decode, encode } from './codec.ts';
import { isPlainJson } from './plain-json.ts';
import { same } from './same.oracle.ts';
import { checkStorable } from './storable.ts';
import { storable } from './storable.oracle.ts';

test('what is read is exactly what was written', () => {
  fc.assert(
    fc.property(storable, (value) => {
      const text = encode(value);
      expect(text).not.toMatch(/[\n\p{Surrogate}]/u);
      expect(same(decode(text), value)).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

test('what is plain JSON is stored as JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      const parsed: unknown = JSON.parse(JSON.stringify(value));
      expect(isPlainJson(parsed)).toBe(true);
      expect(encode(parsed)).toBe(JSON.stringify(parsed));
      expect(same(decode(encode(parsed)), parsed)).toBe(true);
    }),
  );
});

class Point {
  readonly x = 1;
}

const unstorable = fc.constantFrom<() => unknown>(
  () => () => 1,
  () => Symbol('s'),
  () => new Point(),
  () => Promise.resolve(),
  () => new WeakMap(),
  () => new (class extends Date {})(),
  () => new (class extends Array {})(),
  () => 'abc'.match(/b/),
  () => ({ [Symbol('key')]: 1 }),
  () => Object(5),
);

/** Puts a value into a container, among others that can be stored. */
const wrapper = fc.tuple(
  fc.constantFrom('object', 'array', 'map', 'mapOfObjects', 'key', 'set'),
  fc.string({ unit: 'binary' }),
  fc.array(storable, { maxLength: 3 }),
);

function wrap(inner: unknown, [kind, key, others]: readonly [string, string, unknown[]]): unknown {
  switch (kind) {
    case 'object':
      return { before: others, [`a${key}`]: inner };
    case 'array':
      return [...others, inner];
    case 'map':
      return new Map<unknown, unknown>([
        [{}, others],
        [key, inner],
      ]);
    case 'mapOfObjects':
      return new Map<unknown, unknown>([
        [others, others],
        [{}, inner],
      ]);
    case 'key':
      return new Map<unknown, unknown>([
        [others, others],
        [inner, 1],
      ]);
    default:
      return new Set([others, inner]);
  }
}

test('what is refused stands at the path that is named', () => {
  fc.assert(
    fc.property(unstorable, fc.array(wrapper, { maxLength: 5 }), (make, wrappers) => {
      const bad = make();
      const output = wrappers.reduce(wrap, bad);
      const path = pathOf(() => encode(output, 'the output', 'output'));
      const at = runInThisContext(`(output) => ${path}`) as (value: unknown) => unknown;
      expect(at(output)).toBe(bad);
      expect(pathOf(() => checkStorable(output, 'the output'))).toBe(path);
    }),
    { numRuns: 500 },
  );
});

function pathOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof UnstorableError) return error.path;
  }
  return 'nothing was refused';
}
