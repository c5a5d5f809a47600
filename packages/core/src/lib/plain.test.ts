import { describe, expect, test } from 'vitest';
import { toPlain } from './plain.ts';

describe('toPlain', () => {
  test('keeps what an error says: name, message, code, own fields and causes', () => {
    const cause = new TypeError('deep');
    const error = Object.assign(new Error('top', { cause }), { code: 'E1', details: new Map([['a', 1n]]) });
    expect(toPlain({ error })).toEqual({
      error: {
        name: 'Error',
        message: 'top',
        code: 'E1',
        details: [['a', '1']],
        stack: error.stack,
        cause: { name: 'TypeError', message: 'deep', stack: cause.stack },
      },
    });
  });

  test('writes collections as lists and a date as JSON does', () => {
    const date = new Date(0);
    expect(toPlain([new Set([1, 2]), new Map([[{ k: 1 }, 'v']]), date, undefined, 'x'])).toEqual([
      [1, 2],
      [[{ k: 1 }, 'v']],
      '1970-01-01T00:00:00.000Z',
      undefined,
      'x',
    ]);
  });

  test('cuts what contains itself, and only that', () => {
    const shared = { shared: true };
    const loop: Record<string, unknown> = { left: shared, right: shared };
    loop['self'] = loop;
    const error = new Error('e');
    error.cause = error;
    expect(toPlain(loop)).toEqual({ left: shared, right: shared, self: '[circular]' });
    expect(toPlain(error)).toMatchObject({ message: 'e', cause: '[circular]' });
  });
});
