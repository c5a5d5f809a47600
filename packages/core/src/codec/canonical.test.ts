import { expect, test } from 'vitest';
import { canonical } from './canonical.ts';
import { decode, encode } from './codec.ts';

const text = (value: unknown): string => canonical(value, 'the key', 'key');

test('a value has the same text after it was stored', () => {
  const value = {
    when: new Date(0),
    map: new Map([[{ b: 1, a: 2 }, new Set([1n, undefined])]]),
    bytes: new Uint8Array([1, 2]),
    url: new URL('https://a.b/c'),
    sparse: Object.assign([], { 2: 'x', length: 1_000_000 }),
    error: new TypeError('no', { cause: new Error('why') }),
    odd: [Number.NaN, -0, Infinity, null, undefined],
  };
  expect(text(decode(encode(value)))).toBe(text(value));
});

test('neither the order of keys counts nor where an object stands, but the order of items does', () => {
  const part = { x: 1 };
  expect(text({ a: part, b: part })).toBe(text({ b: { x: 1 }, a: { x: 1 } }));
  expect(text(new Set([1, 2]))).not.toBe(text(new Set([2, 1])));
  expect(text([1, [2]])).not.toBe(text([[1], 2]));
});

test('different values have different texts', () => {
  const values: unknown[] = [
    1,
    '1',
    1n,
    true,
    'true',
    null,
    'null',
    undefined,
    'undefined',
    0,
    -0,
    Number.NaN,
  ];
  values.push({}, [], '[]', new Map(), new Set(), [undefined], Array(1), new Date(1), new Date(Number.NaN));
  values.push(/a/, /a/g, new Error('a'), { a: 1 }, { a: 1, b: undefined }, new Map([['a', 1]]), [['a', 1]]);
  values.push('a', '"a"', new Uint8Array(1), new Int8Array(1));
  expect(new Set(values.map(text)).size).toBe(values.length);
});

test('what stands in very many places takes no time, and what is too large is refused', () => {
  let value: unknown = 'leaf';
  for (let level = 0; level < 100; level++) value = [value, value];
  expect(() => text(value)).toThrow(/^the key cannot be stored: key is too large to be text/);
});
