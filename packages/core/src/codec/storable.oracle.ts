import fc from 'fast-check';

const bytes = fc.oneof(
  fc.uint8Array(),
  fc.uint8ClampedArray(),
  fc.int16Array(),
  fc.uint32Array(),
  fc.float32Array(),
  fc.float64Array(),
  fc.bigInt64Array(),
  fc.bigUint64Array(),
  fc.uint8Array().map((array) => Buffer.from(array)),
  fc.uint8Array().map((array) => array.slice().buffer),
  fc.uint8Array({ minLength: 2 }).map((array) => array.subarray(1)),
  fc.uint8Array({ minLength: 2 }).map((array) => new DataView(array.slice().buffer, 1)),
);

const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\uD800', '\uDC00', '~', '"', '\n', '\\', '<', '\u2028', 'a') }),
  fc.double(),
  fc.integer(),
  fc.constantFrom<unknown>(undefined, null, true, false, -0, Number.NaN, Infinity, -Infinity),
  fc.bigInt(),
  fc.date({ noInvalidDate: false }),
  bytes,
  fc.constantFrom(/a/, /[/"]\n\u2028/gi, new URL('https://example.org/?q=1#a')),
);

const key = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('__proto__', 'constructor', 'then', 'toJSON', 'length', '', '0', '1e3', "it's"),
);

/** Any value that a store keeps, errors apart. */
export const storable: fc.Arbitrary<unknown> = fc.letrec((tie) => {
  const value = tie('value');
  const entries = fc.array(fc.tuple(key, value), { maxLength: 5 });
  return {
    value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('container')),
    container: fc.oneof(
      fc.array(value, { maxLength: 5 }),
      fc.sparseArray(value, { maxNumElements: 4, maxLength: 40 }),
      entries.map((list): object => Object.fromEntries(list)),
      entries.map((list): unknown => Object.setPrototypeOf(Object.fromEntries(list), null)),
      fc.array(fc.tuple(value, value), { maxLength: 4 }).map((list) => new Map(list)),
      fc.array(value, { maxLength: 4 }).map((list) => new Set(list)),
      // One value in two places.
      value.map((shared) => [shared, { again: shared }]),
    ),
  };
}).value;
