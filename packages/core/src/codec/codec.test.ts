import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test } from 'vitest';
import { UnreadableError, UnstorableError } from '../model/codec-error.ts';
import { isRetryable, NonRetryableError, ValidationError } from '../model/error.ts';
import { decode, encode } from './codec.ts';
import { same } from './same.oracle.ts';

function stored<T>(value: T): T {
  return decode(encode(value)) as T;
}

function refusal(output: unknown): string {
  try {
    encode(output, "the output of task 'a'", 'output');
    return 'stored';
  } catch (error) {
    if (!(error instanceof UnstorableError)) throw error;
    return error.message.replace(/\. A run with a store.*/, '');
  }
}

/** An array within an array and so on. */
function nest(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

describe('comes back exactly', () => {
  const shared = { a: 1 };
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['numbers that JSON has not', [-0, Number.NaN, Infinity, -Infinity]],
    ['undefined in objects and arrays', { a: undefined, b: [undefined] }],
    ['an array with holes', [1, , 3]], // oxlint-disable-line no-sparse-arrays
    ['an array that is nearly all hole', Object.assign([], { 4_000_000_000: 'far' })],
    ['dates', [new Date(5), new Date(Number.NaN)]],
    ['a Map in a Set in a Map', new Map([[{ a: 1 }, new Set([new Map([[1n, 2n]])])]])],
    ['a Buffer', Buffer.from('text')],
    ['big endian or not', new Uint16Array([1, 2])],
    ['a __proto__ that is a property', JSON.parse('{"__proto__": {"a": 1}, "b": 2}')],
    ['a __proto__ beside a bigint', { own: JSON.parse('{"__proto__": 1}') as unknown, big: 1n }],
    ['an object without prototype', Object.assign(Object.create(null), { a: 1n })],
    ['half a character', ['\uD83D', { '\uDE00': 1n }]],
    ['names that codecs use', [{ $type: 'Date', json: 1, meta: 2 }, ['Date', 5], ['Bytes', 1], -1, '~']],
    ['one object in two places', [shared, { again: shared }]],
    ['an array in two places', { rows: [shared], same: [shared], when: new Date(1) }],
    ['order', { b: 1, a: 2n, 1: 3 }],
    ['regular expressions and URLs', [/a\/b/giu, new URL('https://example.org/a?b#c')]],
    ['500 levels', nest(500)],
    ['500 levels around a bigint', [nest(498), 1n]],
  ])('%s', (_, value) => {
    expect(same(stored(value), value)).toBe(true);
  });

  test('one object in more places than could be counted', () => {
    let value: unknown = { end: 1 };
    for (let level = 0; level < 60; level++) value = [value, value];
    expect(encode(value).length).toBeLessThan(1_000);
    expect(same(stored(value), value)).toBe(true);
  });

  test('a hundred megabytes of text', () => {
    const text = 'é"'.repeat(50_000_000);
    expect(stored(text) === text).toBe(true);
    expect(stored({ text, big: 1n }).text === text).toBe(true);
  }, 60_000);

  test('bytes without what else is in their buffer', () => {
    const secret = Buffer.from('secret and public');
    const text = encode(secret.subarray(11));
    expect(Buffer.from(text, 'base64').toString()).not.toContain('secret');
    expect(decode(text)).toEqual(Buffer.from('public'));
    expect(text.length).toBeLessThan(60);
  });

  test('what is of another realm, as of this one', () => {
    const value = runInNewContext(
      '({ rows: [new Date(5)], map: new Map([[1, new Uint8Array([7])]]) })',
    ) as unknown;
    expect(stored(value)).toEqual({ rows: [new Date(5)], map: new Map([[1, new Uint8Array([7])]]) });
  });

  test('what a getter or a proxy gives', () => {
    const value = {
      get a() {
        return 5;
      },
      b: new Proxy({ c: 1 }, {}),
    };
    expect(stored(value)).toEqual({ a: 5, b: { c: 1 } });
  });
});

describe('errors in a value', () => {
  test('come back as errors, with class, text and cause', () => {
    const error = new NonRetryableError('no', { cause: new RangeError('why') });
    const [{ error: back }] = stored([{ status: 'failed', error }]) as [{ error: Error }];
    expect(back).toBeInstanceOf(NonRetryableError);
    expect(back).toMatchObject({ code: 'non_retryable', message: 'no', cause: { message: 'why' } });
    expect(back.cause).toBeInstanceOf(RangeError);
    expect(back.stack).toBe(error.stack);
    const issues = [{ path: ['a', Symbol('b')], message: 'small' }];
    const invalid = stored(new ValidationError('it', 'output_invalid', issues));
    expect(invalid).toMatchObject({ code: 'output_invalid', issues: [{ path: ['a', '[Symbol(b)]'] }] });
  });

  test('have what cannot be stored as text', () => {
    class Request {
      readonly token = 1;
    }
    const config: Record<string, unknown> = { retry: () => 1, at: new Date(5) };
    config['self'] = config;
    const error = Object.assign(new Error('e'), { code: 'E', request: new Request(), config });
    Object.assign(config, { error });
    const back = stored({ error, config: 1n }).error;
    expect(back).toMatchObject({
      code: 'E',
      request: '[Request]',
      config: { retry: '[function]', at: new Date(5), self: '[circular]', error: '[circular]' },
    });
  });

  test('can lead back to the value they stand in', () => {
    const value: { error: Error & { context?: unknown }; big: bigint } = { error: new Error('e'), big: 1n };
    value.error.context = value;
    expect(stored(value).error.context).toEqual({ error: '[circular]', big: 1n });
  });

  test('stand as deep as anything', () => {
    let error: Error = Object.assign(new Error('first'), { found: nest(1_000) });
    for (let n = 0; n < 49; n++) error = new Error('next', { cause: error });
    let value: unknown = error;
    for (let level = 0; level < 499; level++) value = { value };
    expect(encode(stored(value))).toBe(encode(value));
  });

  test('may stand for many', () => {
    const errors = Array.from({ length: 99 }, (_, n) => new Error(`no ${n}`));
    expect(stored(new AggregateError(errors)).errors).toEqual(errors);
  });

  test('may have causes without end', () => {
    let error = new Error('first');
    for (let n = 0; n < 10_000; n++) error = new Error('next', { cause: error });
    expect(stored(error)).toMatchObject({ cause: { cause: { message: 'next' } } });
  });
});

describe('is refused, with its place', () => {
  class Point {
    readonly x = 1;
  }
  class Fake {
    get [Symbol.toStringTag](): string {
      return 'Map';
    }
  }
  const circle: { children: unknown[] } = { children: [] };
  circle.children.push({ parent: circle });
  const unreadable = {
    get a(): never {
      throw new Error('boom');
    },
  };

  test.each<[unknown, string]>([
    [{ rows: [1, 2, 3, { when: () => 1 }] }, 'output.rows[3].when is a function'],
    [{ rows: [1n, { when: () => 1 }] }, 'output.rows[1].when is a function'],
    [Symbol('a'), 'output is a symbol'],
    [{ [Symbol('a')]: 1 }, 'output has a symbol among its keys'],
    [{ 'a-b': [new Point()] }, "output['a-b'][0] is an instance of Point"],
    [new Map([['k', new Point()]]), "output.get('k') is an instance of Point"],
    [new Map([[1, new Point()]]), '[...output.values()][0] is an instance of Point'],
    [new Map([[new Point(), 1]]), '[...output.keys()][0] is an instance of Point'],
    [new Set([1, new Point()]), '[...output][1] is an instance of Point'],
    [{ later: Promise.resolve() }, 'output.later is a promise: await it first'],
    [[new Fake()], 'output[0] is an instance of Fake'],
    [new WeakMap(), 'output is an instance of WeakMap'],
    [new (class Dated extends Date {})(), 'output is an instance of Dated'],
    [new SharedArrayBuffer(1), 'output is an instance of SharedArrayBuffer'],
    [Object.assign(new Date(5), { zone: 'utc' }), 'output is an instance of Date'],
    [Object.create({ inherited: 1 }), 'output is an instance of Object'],
    [Object.create(Object.create(null) as object), 'output is an instance of an unnamed class'],
    [new (class Pixels extends Uint8Array {})(), 'output is an instance of Pixels'],
    [
      { found: /b/.exec('abc') },
      'output.found is the result of a match, which has more than its items: copy what is needed of it',
    ],
    [circle, 'output.children[0].parent leads back to what it is within'],
    [[, () => 1], 'output[1] is a function'], // oxlint-disable-line no-sparse-arrays
    [{ row: unreadable }, 'output.row cannot be read: Error: boom'],
  ])('case %#', (output, found) => {
    expect(refusal(output)).toBe(`the output of task 'a' cannot be stored: ${found}`);
  });

  test('what is nested without end, without an end of the stack', () => {
    expect(refusal(nest(501))).toContain(' … [0][0]');
    expect(refusal(nest(501))).toMatch(/\[0\] is within more than 500 others$/);
    expect(refusal(nest(100_000))).toMatch(/is within more than 500 others$/);
    expect(refusal([nest(100_000), 1n])).toMatch(/is within more than 500 others$/);
  });

  test('what is too large to be text', () => {
    const long = 'x'.repeat(300_000_000);
    expect(refusal({ long: [long, long] })).toMatch(/output is too large to be text \(RangeError: .*\)$/);
  }, 60_000);

  test('for good: trying again would not help', () => {
    expect(isRetryable(new UnstorableError('it', 'output', 'is a function'))).toBe(false);
  });
});

describe('a form of their own for all objects', () => {
  afterEach(() => void Reflect.deleteProperty(Array.prototype, 'toJSON'));

  test('does not change what is stored', () => {
    Object.defineProperty(Array.prototype, 'toJSON', { value: () => 'changed', configurable: true });
    const text = encode({ rows: [1] });
    Reflect.deleteProperty(Array.prototype, 'toJSON');
    expect(decode(text)).toEqual({ rows: [1] });
  });
});

describe('text that was tampered with', () => {
  test.each([
    '',
    '{',
    '~',
    '~{',
    '~[]',
    '~[["Nothing",1]]',
    '~[{"__proto__":1},{"polluted":1}]',
    '~[["Bytes",1],["Function",2],"x"]',
    '~[["Bytes",1],[2,3],"constructor","x"]',
    '~[["Error",1],[2]]',
    '~["constructor"',
    '~[["Error",0]]',
    '~[{"a":9}]',
    '@sha256:0',
    '\u0000',
  ])('%j is refused', (text) => {
    expect(() => decode(text, 'event 3 of run r')).toThrow(UnreadableError);
    expect(() => decode(text, 'event 3 of run r')).toThrow(
      /^event 3 of run r cannot be read from the store: it is/,
    );
  });

  test('makes no property of all objects', () => {
    const entries = '~[["Entries",1],[2,3],false,[4],[5,6],"__proto__",{"polluted":7},1]';
    const error =
      '~[["Error",1],{"kind":2,"builtIn":3,"name":3,"message":3,"properties":4},"error","Error",["Entries",5],[6,7],false,[8],[9,10],"__proto__",{"polluted":11},1]';
    for (const text of [entries, error]) {
      const made = decode(text) as object;
      expect(Object.hasOwn(made, '__proto__')).toBe(true);
      expect({}).not.toHaveProperty('polluted');
    }
    expect(decode(error)).toBeInstanceOf(Error);
  });

  test('of a newer version says so', () => {
    expect(() => decode('@1', 'it')).toThrow(
      'it is in a form that this version does not know: a newer version of wf-sdk reads it',
    );
  });
});
