import { expect, test } from 'vitest';
import { toJsonText } from './event-json.ts';

test('writes what JSON has no form for so that it can be read, on one line', () => {
  class HttpError extends Error {
    override name = 'HttpError';
    status = 503;
  }
  const error = new HttpError('down\nagain', { cause: new TypeError('reset') });
  const loop: { self?: unknown; twice: object[] } = { twice: [{ same: 1 }] };
  loop.self = loop;
  loop.twice.push(...loop.twice);
  const value = { map: new Map([['k', 1n]]), set: new Set(['s']), when: new Date(0), error, loop };
  const text = toJsonText(value);
  expect(text).not.toContain('\n');
  expect(JSON.parse(text)).toEqual({
    map: [['k', '1']],
    set: ['s'],
    when: '1970-01-01T00:00:00.000Z',
    error: {
      name: 'HttpError',
      message: 'down\nagain',
      status: 503,
      stack: expect.stringContaining('down') as string,
      cause: { name: 'TypeError', message: 'reset', stack: expect.any(String) as string },
    },
    loop: { twice: [{ same: 1 }, { same: 1 }], self: '[circular]' },
  });
});

test('can be indented, and is JSON whatever it is given', () => {
  expect(toJsonText({ a: 1 }, 2)).toBe('{\n  "a": 1\n}');
  expect(toJsonText(undefined)).toBe('null');
  expect(toJsonText(() => 1)).toBe('null');
  expect(toJsonText(Number.NaN)).toBe('null');
});
